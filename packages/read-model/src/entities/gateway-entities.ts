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
    password_hash: column.text(),
    role: column.text<RoleName>(),
    disabled: column.flag(),
    preferences: column.json<{ [key: string]: Json }>(),
    created_at: column.instant(),
    last_login_at: column.instant().nullable(),
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
    created_by: column.text().nullable(),
    created_at: column.instant(),
    last_used_at: column.instant().nullable(),
    expires_at: column.instant().nullable(),
    revoked_at: column.instant().nullable(),
  },
});

export const RefreshTokenEntity = defineEntity({
  name: 'RefreshToken',
  tableName: 'gateway.refresh_tokens',
  properties: {
    id: column.uuid().primary(),
    family: column.uuid(),
    user_id: column.uuid(),
    hash: column.text(),
    created_at: column.instant(),
    expires_at: column.instant(),
    used_at: column.instant().nullable(),
    revoked_at: column.instant().nullable(),
  },
});

/** Sealed with the process's key: never plain text. */
export const SecretEntity = defineEntity({
  name: 'Secret',
  tableName: 'gateway.secrets',
  properties: {
    name: column.text().primary(),
    sealed: column.text(),
    description: column.text().nullable(),
    updated_at: column.instant(),
    updated_by: column.text().nullable(),
  },
});

export const IdempotencyEntity = defineEntity({
  name: 'Idempotency',
  tableName: 'gateway.idempotency',
  properties: {
    job: column.text().primary(),
    key: column.text().primary(),
    hash: column.text(),
    run_id: column.uuid(),
    created_at: column.instant(),
  },
});

export const UniqueKeyEntity = defineEntity({
  name: 'UniqueKey',
  tableName: 'gateway.unique_keys',
  properties: {
    job: column.text().primary(),
    key: column.text().primary(),
    run_id: column.uuid(),
    created_at: column.instant(),
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
    correlation_id: column.text().nullable(),
  },
});
