import { createJob, type DomainHouse, eventually, openDomainHouse } from './domain-house.js';

/** A domain house with two jobs: `noop`, whose runs are tagged `of-job`, and `other`, of priority 2. */
export async function openRunHouse(): Promise<DomainHouse> {
  const home = await openDomainHouse();
  await createJob(home.api, { name: 'noop', tags: ['of-job'] });
  await createJob(home.api, { name: 'other', priority: 2 });
  return home;
}

/** Waits until a run is where it should be. */
export const hasStatus = ({ api }: DomainHouse, id: string, wanted: string) =>
  eventually(api, 'query ($id: ID!) { run(id: $id) { status } }', { id }, ({ run }) => run.status === wanted);
