import type { Routes } from '@angular/router';
import type { Connections } from './connections/connections';
import { Source } from './source/source';

export const routes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: 'new/source' },
  { path: 'new/source', component: Source, title: 'Source · Linefeed' },
  {
    path: 'new/target',
    loadComponent: () => import('./target/target').then((m) => m.Target),
    title: 'Target · Linefeed',
  },
  {
    path: 'new/mapping',
    loadComponent: () => import('./mapping/mapping').then((m) => m.Mapping),
    title: 'Mapping · Linefeed',
  },
  {
    path: 'new/check',
    loadComponent: () => import('./review/review').then((m) => m.Review),
    title: 'Check · Linefeed',
  },
  {
    path: 'connections',
    loadComponent: () => import('./connections/connections').then((m) => m.Connections),
    canDeactivate: [(page: Connections | null) => page?.mayLeave() ?? true],
    runGuardsAndResolvers: 'paramsOrQueryParamsChange', // each connection is asked for
    title: 'Connections · Linefeed',
  },
  {
    path: 'profiles',
    loadComponent: () => import('./profiles/profiles').then((m) => m.Profiles),
    title: 'Profiles · Linefeed',
  },
  {
    path: 'settings',
    loadComponent: () => import('./settings/settings').then((m) => m.Settings),
    title: 'Settings · Linefeed',
  },
  {
    path: 'runs',
    loadComponent: () => import('./history/history').then((m) => m.History),
    title: 'Runs · Linefeed',
  },
  {
    path: 'runs/:id',
    loadComponent: () => import('./job/job').then((m) => m.Job),
    title: 'Run · Linefeed',
  },
  {
    path: 'sets/:id',
    loadComponent: () => import('./set/set').then((m) => m.SetPage),
    title: 'Files · Linefeed',
  },
  {
    path: 'runs/:id/mend',
    loadComponent: () => import('./mend/mend').then((m) => m.Mend),
    title: 'Mend · Linefeed',
  },
  { path: '**', redirectTo: 'new/source' },
];
