import { Service } from '@angular/core';
import * as app from '../../../wailsjs/go/main/App';
import type {
  AccessScope,
  AccessToken,
  Address,
  Build,
  Connection,
  ConnectionDraft,
  ConnectionForm,
  ConnectionReport,
  Database,
  Dialect,
  Encoding,
  FileSet,
  Folders,
  Forgotten,
  FoundFiles,
  Going,
  Head,
  Job,
  JobQuery,
  NewToken,
  Notice,
  Preset,
  Preview,
  Profile,
  ProfileEntry,
  ProfileFit,
  RejectCount,
  RejectFields,
  RejectGroupPage,
  RejectGroupQuery,
  RejectPage,
  RejectQuery,
  RejectSelection,
  RejectView,
  Request,
  Retry,
  SetFile,
  SetRequest,
  SetSnapshot,
  Setting,
  Settled,
  SignedIn,
  Snapshot,
  TakingBack,
  Trial,
  Undoing,
  Unsure,
  Usage,
  Watch,
  WatchedFile,
  WatchedFolder,
} from './model';

/** What becomes of the rows that a cancelled job has committed. */
export type Rows = 'keep' | 'take-back';

/**
 * The program behind the window. A call that fails throws an Error whose message
 * is written for people.
 */
@Service()
export class Program {
  /** The address of the live events, and the token for it. */
  live(): Promise<Address> {
    return ask(() => app.Live());
  }

  /** The system's dialog for the files to import; none when it was dismissed. */
  chooseFiles(): Promise<string[]> {
    return list(() => app.ChooseFiles());
  }

  /** The system's dialog for a folder of files to import; "" when it was dismissed. */
  chooseFolder(): Promise<string> {
    return ask(() => app.ChooseFolder());
  }

  /** The files that paths, folders and patterns stand for, in their order and each once. */
  async findFiles(names: readonly string[], recursive = false): Promise<FoundFiles> {
    const found = await ask(() => app.FindFiles([...names], recursive));
    return { ...found, paths: orNone(found.paths) };
  }

  /** The system's dialog for an existing database; "" when it was dismissed. */
  chooseDatabase(): Promise<string> {
    return ask(() => app.ChooseDatabase());
  }

  /** The system's dialog for a new database; "" when it was dismissed. */
  createDatabase(suggestion: string): Promise<string> {
    return ask(() => app.CreateDatabase(suggestion));
  }

  /** The path of the sample that comes with the program; "" when there is none. */
  sampleFile(): Promise<string> {
    return ask(() => app.SampleFile());
  }

  /** The folder of the program's own files, and the user's folder for documents. */
  folders(): Promise<Folders> {
    return ask(() => app.Folders());
  }

  /** The recently imported files, newest first. */
  recent(): Promise<string[]> {
    return list(() => app.Recent());
  }

  /**
   * What the file looks like, read by the dialect; what that leaves out is detected.
   * Only the latest call is answered: an earlier one may fail.
   */
  preview(file: string, dialect: Dialect, ragged = '', like = ''): Promise<Preview> {
    return ask(() => app.Preview(file, dialect, ragged, like));
  }

  /** Where a target is, and its tables, or why it can't be reached. */
  async database(target: string): Promise<Database> {
    const found = await ask(() => app.Database(target));
    return { ...found, tables: orNone(found.tables) };
  }

  /** The first rows of a table. */
  async head(target: string, schema: string, table: string, rows: number): Promise<Head> {
    const head = await ask(() => app.Head(target, schema, table, rows));
    return { columns: orNone(head.columns), rows: orNone(head.rows) };
  }

  /** The saved connections, by name. */
  connections(): Promise<Connection[]> {
    return list(() => app.Connections());
  }

  saveConnection(draft: ConnectionDraft): Promise<Connection> {
    return ask(() => app.SaveConnection(draft));
  }

  /** Removes a connection, and its password. */
  removeConnection(name: string): Promise<void> {
    return ask(() => app.RemoveConnection(name));
  }

  /** Tests a connection, which need not be saved; and with a table, whether it can be loaded into. */
  async testConnection(
    draft: ConnectionDraft,
    schema: string,
    table: string,
  ): Promise<ConnectionReport> {
    const report = await ask(() => app.TestConnection(draft, schema, table));
    return { ...report, steps: orNone(report.steps) };
  }

  /** The parts of a server's URL, without its password. */
  connectionForm(url: string): Promise<ConnectionForm> {
    return ask(() => app.ConnectionForm(url));
  }

  /** The URL of its parts. */
  connectionURL(form: ConnectionForm): Promise<string> {
    return ask(() => app.ConnectionURL(form));
  }

  /** Has the program keep the password of a target until it ends. */
  givePassword(target: string, password: string): Promise<void> {
    return ask(() => app.GivePassword(target, password));
  }

  /** The saved profiles, by name. */
  profiles(): Promise<ProfileEntry[]> {
    return list(() => app.Profiles());
  }

  /** A saved profile. */
  profile(name: string): Promise<Profile> {
    return ask(() => app.Profile(name));
  }

  renameProfile(name: string, to: string): Promise<void> {
    return ask(() => app.RenameProfile(name, to));
  }

  removeProfile(name: string): Promise<void> {
    return ask(() => app.RemoveProfile(name));
  }

  /** Saves a profile to a file, to be passed on; returns the path, "" when the dialog was dismissed. */
  saveProfileFile(name: string): Promise<string> {
    return ask(() => app.SaveProfileFile(name));
  }

  /** The system's dialog for the file of a profile; "" when it was dismissed. */
  chooseProfileFile(): Promise<string> {
    return ask(() => app.ChooseProfileFile());
  }

  /** Saves the profile of a file under a name, that of the file for ""; returns the name. One that is taken has to be replaced expressly. */
  takeProfileFile(path: string, name: string, replace: boolean): Promise<string> {
    return ask(() => app.TakeProfileFile(path, name, replace));
  }

  /** The folders whose files are loaded while the window is open. */
  watchedFolders(): Promise<WatchedFolder[]> {
    return list(() => app.WatchedFolders());
  }

  /** What became of the files of the folder that a profile watches, the latest first. */
  watchedFiles(profile: string): Promise<WatchedFile[]> {
    return list(() => app.WatchedFiles(profile));
  }

  /** The system's dialog for a folder to watch; "" when it was dismissed. */
  chooseWatchFolder(): Promise<string> {
    return ask(() => app.ChooseWatchFolder());
  }

  /** Watches a folder by a profile: with keep also when the window is opened again. */
  watchFolder(profile: string, folder: Watch, keep: boolean): Promise<void> {
    return ask(() => app.WatchFolder(profile, folder, keep));
  }

  /** Watches no folder by a profile any more, once the file is loaded that is loaded now. */
  stopWatching(profile: string): Promise<void> {
    return ask(() => app.StopWatching(profile));
  }

  /** What a saved profile makes of a file with these fields. */
  fitProfile(name: string, fields: readonly string[]): Promise<ProfileFit> {
    return ask(() => app.FitProfile(name, [...fields]));
  }

  /** Saves what was settled for a job as a profile; one of that name has to be replaced expressly. */
  saveProfileOf(job: string, name: string, replace: boolean): Promise<void> {
    return ask(() => app.SaveProfileOf(job, name, replace));
  }

  /** Saves what is settled for a request as a profile. */
  saveProfileFor(request: Request, name: string, replace: boolean): Promise<void> {
    return ask(() => app.SaveProfileFor(request, name, replace));
  }

  /** The encodings that a file can have, the usual ones first. */
  encodings(): Promise<Encoding[]> {
    return list(() => app.Encodings());
  }

  presets(): Promise<Preset[]> {
    return list(() => app.Presets());
  }

  /** The request's plan settled against the file and the table. */
  settle(request: Request): Promise<Settled> {
    return ask(() => app.Settle(request));
  }

  start(request: Request): Promise<Job> {
    return ask(() => app.Start(request));
  }

  /** What is known of the files of a set before it is started. */
  lookAtSet(request: SetRequest): Promise<SetFile[]> {
    return list(() => app.LookAtSet(request));
  }

  /** The plan for one of the files of a set, settled against the file and its table. */
  settleSet(request: SetRequest, file: string): Promise<Settled> {
    return ask(() => app.SettleSet(request, file));
  }

  startSet(request: SetRequest): Promise<FileSet> {
    return ask(() => app.StartSet(request));
  }

  /** Goes on with a set that has not reached its end; changed accepts that files are not as they were. */
  takeUpSet(set: string, changed = false, unsure: Unsure = ''): Promise<FileSet> {
    return ask(() => app.TakeUpSet(set, { changed, unsure }));
  }

  /** The latest sets, newest first, without their jobs. */
  sets(): Promise<FileSet[]> {
    return list(() => app.Sets());
  }

  setSnapshot(set: string): Promise<SetSnapshot> {
    return ask(() => app.SetSnapshot(set));
  }

  /** Pauses a job, or a set. */
  pause(job: string): Promise<void> {
    return ask(() => app.Pause(job));
  }

  resume(job: string): Promise<void> {
    return ask(() => app.Resume(job));
  }

  /**
   * Goes on with a job that has not reached its end; changed accepts that its file is
   * not as it was, and unsure says what records are taken for that are in doubt.
   */
  takeUp(job: string, changed = false, unsure: Unsure = ''): Promise<Job> {
    return ask(() => app.TakeUp(job, { changed, unsure }));
  }

  /** Has an interrupted job no longer offered to be taken up. */
  leave(job: string): Promise<void> {
    return ask(() => app.Leave(job));
  }

  /** Removes a job that has ended, with all that is kept of it; returns what could not be removed, "" for nothing. */
  forget(job: string): Promise<string> {
    return ask(() => app.Forget(job));
  }

  /** Ends a job, and keeps the rows that it has committed, or takes them back. */
  cancel(job: string, rows: Rows = 'keep'): Promise<void> {
    return ask(() => app.Cancel(job, rows));
  }

  /** Whether the rows that a job has committed can be taken back. */
  takingBack(job: string): Promise<TakingBack> {
    return ask(() => app.TakingBack(job));
  }

  /** Moves a queued job to the front of the queue. */
  first(job: string): Promise<void> {
    return ask(() => app.First(job));
  }

  /** The jobs that other programs run, or ran until a moment ago. */
  elsewhere(): Promise<Snapshot[]> {
    return list(() => app.Elsewhere());
  }

  /** What happened to the program itself, until it is dismissed. */
  notices(): Promise<Notice[]> {
    return list(() => app.Notices());
  }

  dismissNotice(id: number): Promise<void> {
    return ask(() => app.DismissNotice(id));
  }

  settings(): Promise<Setting[]> {
    return list(() => app.Settings());
  }

  setSetting(name: string, value: string): Promise<Setting> {
    return ask(() => app.SetSetting(name, value));
  }

  /** Lets pages of an origin call the local API; returns all such origins. */
  allowOrigin(origin: string): Promise<string[]> {
    return list(() => app.AllowOrigin(origin));
  }

  /** Lets pages of an origin call no longer; returns those that still may. */
  disallowOrigin(origin: string): Promise<string[]> {
    return list(() => app.DisallowOrigin(origin));
  }

  /** The tokens for other programs and pages, by name, without their secrets. */
  tokens(): Promise<AccessToken[]> {
    return list(() => app.Tokens());
  }

  /** Makes a token that lasts an age such as "30d", or "forever". Only this answer has its secret. */
  makeToken(name: string, scope: AccessScope, lasts: string): Promise<NewToken> {
    return ask(() => app.MakeToken(name, scope, lasts));
  }

  /** Removes a token: what it has open ends within a moment. */
  revokeToken(name: string): Promise<void> {
    return ask(() => app.RevokeToken(name));
  }

  /** The system's dialog for a folder of files that a token may name, or of databases; "" when it was dismissed. */
  chooseTokenFolder(databases: boolean): Promise<string> {
    return ask(() => app.ChooseTokenFolder(databases));
  }

  /** Who is signed in, as the provider told last. */
  signedIn(): Promise<SignedIn> {
    return ask(() => app.SignedIn());
  }

  /** Signs somebody in by the system's browser, and waits until that has happened. */
  signIn(): Promise<SignedIn> {
    return ask(() => app.SignIn());
  }

  /** Ends the sign-in that is under way. */
  stopSignIn(): Promise<void> {
    return ask(() => app.StopSignIn());
  }

  signOut(): Promise<SignedIn> {
    return ask(() => app.SignOut());
  }

  /** Forgets what is not kept by the settings any longer, and waits until its space is free. */
  tidy(): Promise<void> {
    return ask(() => app.Tidy());
  }

  /** The files that the program was started with, once. */
  takeFiles(): Promise<string[]> {
    return ask(() => app.TakeFiles());
  }

  /** The version, and where to look for a newer one. */
  build(): Promise<Build> {
    return ask(() => app.Version());
  }

  /** What to send with the report of a fault, as lines of text. */
  diagnostics(): Promise<string> {
    return ask(() => app.Diagnostics());
  }

  usage(): Promise<Usage> {
    return ask(() => app.Usage());
  }

  /** What is forgotten at once when a setting is changed. */
  going(setting: string, value: string): Promise<Going> {
    return ask(() => app.Going(setting, value));
  }

  /** What forgetOlder forgets. */
  goingOlder(age: string): Promise<Going> {
    return ask(() => app.GoingOlder(age));
  }

  /** Forgets the jobs that ended longer ago than an age such as "30d", or with "" all that have ended. */
  forgetOlder(age: string): Promise<Forgotten> {
    return ask(() => app.ForgetOlder(age));
  }

  /** Removes a damaged file of the program that was set aside. */
  removeDamaged(path: string): Promise<void> {
    return ask(() => app.RemoveDamaged(path));
  }

  /** The latest jobs, newest first. */
  jobs(): Promise<Job[]> {
    return list(() => app.Jobs());
  }

  /** The jobs that a query asks for, newest first. */
  findJobs(query: JobQuery): Promise<Job[]> {
    return list(() => app.FindJobs(query));
  }

  /** A request that does what a job was asked for once more. */
  again(job: string): Promise<Request> {
    return ask(() => app.Again(job));
  }

  /** Undoes what a job has loaded, or says what that would do. */
  undo(job: string, onlyTry: boolean): Promise<Undoing> {
    return ask(() => app.Undo(job, onlyTry));
  }

  snapshot(job: string): Promise<Snapshot> {
    return ask(() => app.Snapshot(job));
  }

  /** One page of a job's log of rejects. */
  async rejects(query: RejectQuery): Promise<RejectPage> {
    const page = await ask(() => app.Rejects(query));
    return { ...page, rejects: orNone(page.rejects) };
  }

  rejectCounts(job: string): Promise<RejectCount[]> {
    return list(() => app.RejectCounts(job));
  }

  /** A job's rejects by reason and column, and by value if asked; the largest groups first. */
  async rejectGroups(query: RejectGroupQuery): Promise<RejectGroupPage> {
    const page = await ask(() => app.RejectGroups(query));
    return { ...page, groups: orNone(page.groups) };
  }

  /** One reject, with what was done about it. */
  async reject(job: string, reject: number): Promise<RejectView> {
    const view = await ask(() => app.Reject(job, reject));
    return { ...view, history: orNone(view.history) };
  }

  /** The fields of an open reject, to be edited. */
  rejectFields(job: string, reject: number): Promise<RejectFields> {
    return ask(() => app.RejectFields(job, reject));
  }

  /** What a retry would do. Only the latest call is answered: an earlier one fails. */
  tryRetry(retry: Retry): Promise<Trial> {
    return ask(() => app.TryRetry(retry));
  }

  /** Closes open rejects without loading them, or opens dismissed ones again; returns their number. */
  dismiss(job: string, which: RejectSelection, reopen = false): Promise<number> {
    return ask(() => app.Dismiss(job, which, '', reopen));
  }

  /** Saves the rejected records' own bytes; returns the path, "" when the dialog was dismissed. */
  saveRejects(job: string): Promise<string> {
    return ask(() => app.SaveRejects(job));
  }

  /** Saves the error report; returns the path, "" when the dialog was dismissed. */
  saveReport(job: string): Promise<string> {
    return ask(() => app.SaveReport(job));
  }

  /** Ends the program, and all jobs with it. */
  quit(): void {
    void app.Quit();
  }
}

async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (reason) {
    throw reason instanceof Error ? reason : new Error(String(reason));
  }
}

async function list<T>(call: () => Promise<T[]>): Promise<T[]> {
  return orNone(await ask(call));
}

/** A slice that was never filled is null in JSON. */
function orNone<T>(items: T[] | null): T[] {
  return items ?? [];
}
