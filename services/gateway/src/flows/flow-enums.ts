import { DependencyFailure as DependencyFailureSchema, FlowStatus as FlowStatusSchema } from '@jobflow/contracts';
import { registerEnumType } from 'type-graphql';

export const FlowStatus = FlowStatusSchema.enum;
export const DependencyFailure = DependencyFailureSchema.enum;
registerEnumType(FlowStatus, { name: 'FlowStatus' });
registerEnumType(DependencyFailure, { name: 'DependencyFailure' });
