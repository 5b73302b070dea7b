import Braces from 'lucide-solid/icons/braces';
import Code from 'lucide-solid/icons/code-xml';
import Database from 'lucide-solid/icons/database';
import Globe from 'lucide-solid/icons/globe';
import SquareTerminal from 'lucide-solid/icons/square-terminal';
import Workflow from 'lucide-solid/icons/workflow';
import type { Component } from 'solid-js';
import type { JobKind } from '../generated/graphql';

export interface KindLook {
  label: string;
  about: string;
  icon: Component<{ class?: string; 'aria-hidden'?: 'true' }>;
}

export const kindLooks: Record<JobKind, KindLook> = {
  HTTP: { label: 'HTTP', about: 'Calls a URL', icon: Globe },
  SHELL: { label: 'Shell', about: 'Runs a shell script', icon: SquareTerminal },
  PYTHON: { label: 'Python', about: 'Runs a Python script', icon: Code },
  SQL: { label: 'SQL', about: 'Runs a query', icon: Database },
  JAVASCRIPT: { label: 'JavaScript', about: 'Runs a small script', icon: Braces },
  HANDLER: { label: 'Handler', about: 'Runs code in your workers', icon: Workflow },
};
