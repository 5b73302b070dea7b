import type { ChannelState } from '@jobflow/contracts';
import { newId, type StateStore, saveState } from '@jobflow/platform';
import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { requireAllJobs } from '../auth/principal.js';
import { byOf, type Context, notePosition } from '../context/context.js';
import { changeDefinition, createDefinition, logOfDefinitionsFull } from '../definitions/change-definition.js';
import { noteChange } from '../definitions/note-change.js';
import { settledState } from '../definitions/settled-state.js';
import { Delivery } from '../deliveries/delivery.js';
import { badUserInput, conflict, notFound } from '../errors/refusals.js';
import { maxList } from '../paging/check-first.js';
import { Channel, ChannelCreated } from './channel.js';
import { ChannelInput, ChannelUpdateInput } from './channel-input.js';
import {
  type ChannelSecret,
  deleteChannelSecret,
  newSecret,
  ownSecret,
  readChannelSecret,
  saveChannelSecret,
} from './channel-secret.js';
import { changedChannel, channelProblems, newChannel } from './channel-state-of.js';
import { matchesJob } from './matches-job.js';
import { sendTest } from './test-delivery.js';

const findChannel = (id: string) => (store: StateStore) => store.channels.get(id);

@Resolver()
export class ChannelResolver {
  @Query(() => [Channel], { nullable: true })
  async channels(
    @Ctx() ctx: Context,
    @Arg('job', () => String, { nullable: true }) job?: string | null,
  ): Promise<ChannelState[]> {
    const store = await settledState(ctx);
    const all = [...store.channels.values()].map(({ state }) => state).sort((a, b) => a.createdAt - b.createdAt);
    if (!job) return all;
    const kept = store.jobs.get(job);
    if (!kept) throw notFound('job', job);
    return all.filter((channel) => matchesJob(channel, kept.state));
  }

  @Query(() => Channel, { nullable: true })
  async channel(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<ChannelState | undefined> {
    return (await settledState(ctx)).channels.get(id)?.state;
  }

  @Mutation(() => ChannelCreated, { nullable: true })
  async createChannel(
    @Arg('input', () => ChannelInput) input: ChannelInput,
    @Ctx() ctx: Context,
  ): Promise<ChannelCreated> {
    requireAllJobs(ctx.principal, 'create channels');
    const channel = newChannel(input, newId(), ctx.clock.now(), ctx.actor);
    const secret = input.secret ? ownSecret(input.secret) : newSecret();
    const problems = channelProblems(channel, input.headers, ctx.config.allowCidrs);
    if (!secret) problems.secret = 'must be base64 of 24 to 64 bytes, with or without whsec_ before it';
    if (input.replayFrom) problems.replayFrom = 'is not supported yet';
    if (!secret || Object.keys(problems).length > 0) throw badUserInput(problems);
    if (ctx.stateStore.channels.size >= maxList)
      throw conflict(`There are ${maxList} channels already; no more can be made.`);
    await saveChannelSecret(ctx, channel.id, { secret, headers: headersOf(input.headers) });
    try {
      await createDefinition(
        ctx,
        'channel',
        () => ({ type: 'ChannelSaved', channel }),
        () => undefined,
      );
    } catch (error) {
      await deleteChannelSecret(ctx, channel.id);
      throw error;
    }
    return { channel, secret };
  }

  @Mutation(() => Channel, { nullable: true })
  async updateChannel(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => ChannelUpdateInput) input: ChannelUpdateInput,
    @Ctx() ctx: Context,
    @Arg('expectedRevision', () => Int, { nullable: true }) expectedRevision?: number | null,
  ): Promise<ChannelState> {
    requireAllJobs(ctx.principal, 'change channels');
    const before = input.headers === undefined ? undefined : await readChannelSecret(ctx, id);
    try {
      return await changeDefinition(ctx, {
        ...{ what: 'channel', id, expectedRevision },
        find: findChannel(id),
        decide: async (channel) => {
          const next = changedChannel(channel, input);
          const problems = channelProblems(next, input.headers, ctx.config.allowCidrs);
          if (Object.keys(problems).length > 0) throw badUserInput(problems);
          if (before) await saveChannelSecret(ctx, id, { ...before, headers: headersOf(input.headers) });
          return next;
        },
        event: (channel) => ({ type: 'ChannelSaved', channel }),
      });
    } catch (error) {
      // The names in the state and the values beside it belong together.
      if (before) await saveChannelSecret(ctx, id, before);
      throw error;
    }
  }

  @Mutation(() => Boolean, { nullable: true })
  async deleteChannel(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<boolean> {
    requireAllJobs(ctx.principal, 'delete channels');
    const store = await settledState(ctx);
    if (!store.channels.has(id)) throw notFound('channel', id);
    const saved = await saveState(ctx.log, store, { type: 'ChannelDeleted', id }, { by: byOf(ctx) });
    if (!saved.ok)
      throw saved.reason === 'full' ? logOfDefinitionsFull() : conflict('The channel is being changed. Try again.');
    notePosition(ctx, { state: saved.seq });
    await noteChange(ctx, { action: 'channel.deleted', target: id });
    await deleteChannelSecret(ctx, id);
    return true;
  }

  @Mutation(() => Delivery, { nullable: true })
  async testChannel(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<Delivery> {
    requireAllJobs(ctx.principal, 'test channels');
    const kept = (await settledState(ctx)).channels.get(id);
    if (!kept) throw notFound('channel', id);
    const delivery = await sendTest(ctx, kept.state);
    await noteChange(ctx, { action: 'channel.tested', target: id, detail: { deliveryId: delivery.id } });
    return delivery;
  }
}

const headersOf = (headers: ChannelInput['headers']): ChannelSecret['headers'] =>
  headers ? (headers as Record<string, string>) : undefined;
