import type { Json } from '@jobflow/contracts';
import { defineEntity } from '@mikro-orm/core';
import { column } from './columns.js';

export type RoleName = 'ADMIN' | 'USER' | 'VIEWER';

export const UserEntity = defineEntity({
  name: 'User',
  tableName: 'gateway.users',
  properties: {
    id: column.uuid().primary(),
    email: column.text(),
    passwordHash: column.text(),
    role: column.text<RoleName>(),
    disabled: column.flag(),
    preferences: column.json<{ [key: string]: Json }>(),
    createdAt: column.instant(),
    lastLoginAt: column.instant().nullable(),
  },
});

export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'gateway.api_keys',
  properties: {
    id: column.text().primary(),
    name: column.text(),
    role: column.text<RoleName>(),
    hash: column.text(),
    prefix: column.text(),
    jobs: column.texts().nullable(),
    createdBy: column.text().nullable(),
    createdAt: column.instant(),
    lastUsedAt: column.instant().nullable(),
    expiresAt: column.instant().nullable(),
    revokedAt: column.instant().nullable(),
  },
});

export const RefreshTokenEntity = defineEntity({
  name: 'RefreshToken',
  tableName: 'gateway.refresh_tokens',
  properties: {
    id: column.uuid().primary(),
    family: column.uuid(),
    userId: column.uuid(),
    hash: column.text(),
    createdAt: column.instant(),
    expiresAt: column.instant(),
    usedAt: column.instant().nullable(),
    revokedAt: column.instant().nullable(),
  },
});

/** Sealed with the process's key: never plain text. */
export const SecretEntity = defineEntity({
  name: 'Secret',
  tableName: 'gateway.secrets',
  properties: {
    name: column.text().primary(),
    sealed: column.text(),
    updatedAt: column.instant(),
    updatedBy: column.text().nullable(),
  },
});

export const IdempotencyEntity = defineEntity({
  name: 'Idempotency',
  tableName: 'gateway.idempotency',
  properties: {
    job: column.text().primary(),
    key: column.text().primary(),
    hash: column.text(),
    runId: column.uuid(),
    createdAt: column.instant(),
  },
});

export const UniqueKeyEntity = defineEntity({
  name: 'UniqueKey',
  tableName: 'gateway.unique_keys',
  properties: {
    job: column.text().primary(),
    key: column.text().primary(),
    runId: column.uuid(),
    createdAt: column.instant(),
  },
});

export const AuditEntity = defineEntity({
  name: 'Audit',
  tableName: 'gateway.audit',
  properties: {
    id: column.big().primary(),
    at: column.instant(),
    actor: column.text(),
    action: column.text(),
    target: column.text(),
    reason: column.text().nullable(),
    detail: column.json<Json>().nullable(),
    correlationId: column.text().nullable(),
  },
});
