import { registerEnumType } from 'type-graphql';

export const Role = { ADMIN: 'ADMIN', USER: 'USER', VIEWER: 'VIEWER' } as const;
export type Role = (typeof Role)[keyof typeof Role];
registerEnumType(Role, { name: 'Role' });

const rank: Record<Role, number> = { VIEWER: 0, USER: 1, ADMIN: 2 };

/** Whether someone with `role` may do what needs `wanted`. */
export const covers = (role: Role, wanted: Role): boolean => rank[role] >= rank[wanted];

export const isRole = (value: unknown): value is Role => typeof value === 'string' && Object.hasOwn(rank, value);
