import type {
  access,
  connect,
  connection,
  csvfile,
  engine,
  files,
  job,
  load,
  main,
  mend,
  profile,
  store,
  value,
  watch,
} from '../../../wailsjs/go/models';

// The types of the program behind the window, as the bindings generate them.
// None of them is written again by hand.

export type Dialect = csvfile.Dialect;
export type Encoding = csvfile.Encoding;
export type Finding = csvfile.Finding;
export type Row = csvfile.Row;

export type Connection = connection.Connection;
export type ConnectionDraft = connection.Draft;
export type ConnectionForm = connection.Form;
export type ConnectionReport = connection.Report;
export type ConnectionStep = connection.Step;
export type Database = connection.Database;
export type Failure = connect.Failure;
/** The first rows of a table; null is NULL. */
export type Head = connection.Head;

export type Column = load.Column;
export type Place = load.Place;
export type Plan = load.Plan;
export type Progress = load.Progress;
export type Table = load.Table;
/** What undoing an import does to the rows of its table, or did. */
/** What records are taken for of which nobody knows whether they are in the table; '' for no word. */
export type Unsure = '' | 'loaded' | 'open';
export type Undoing = load.Undoing;
export type Warning = load.Warning;

export type Choice = value.Choice;
export type Guess = value.Guess;

export type Change = job.Change;
export type Job = job.Job;
export type JobQuery = store.JobQuery;
export type Notice = store.Notice;
export type Preset = job.Preset;
export type Preview = job.Preview;
export type Problem = load.Problem;
export type ProfileEntry = profile.Entry;
/** What a profile makes of a file. */
export type ProfileFit = job.Fit;
export type ProfileMatch = profile.Match;
export type Reject = store.Reject;
export type RejectCount = store.RejectCount;
export type RejectFields = job.RejectFields;
export type RejectGroup = store.RejectGroup;
export type RejectGroupPage = store.GroupPage;
export type RejectGroupQuery = store.GroupQuery;
export type RejectPage = store.RejectPage;
export type RejectQuery = store.RejectQuery;
export type RejectSelection = store.Selection;
export type RejectView = job.RejectView;
export type Request = job.Request;
export type Retry = job.Retry;
export type Rule = mend.Rule;
export type Settled = job.Settled;
export type Snapshot = job.Snapshot;
export type Summary = job.Summary;
export type TakingBack = job.TakingBack;
export type Trial = job.Trial;
export type TrialRecord = job.TrialRecord;
export type Deed = store.Deed;

/** The files that names stand for. */
export type FoundFiles = files.List;

/** Files that are imported together, each by a job of its own. */
export type FileSet = job.Set;
/** A file of a set that is yet to be started. */
export type SetFile = job.SetFile;
export type SetFiles = job.SetFiles;
export type SetProgress = job.SetProgress;
export type SetRequest = job.SetRequest;
export type SetSnapshot = job.SetSnapshot;
export type SetSummary = job.SetSummary;

export type Profile = profile.Profile;
/** Which folder a profile watches, and in which order its files are loaded. */
export type Watch = profile.Watch;
/** A folder whose files are loaded while the window is open. */
export type WatchedFolder = watch.Watched;
/** What became of a file that came into a folder. */
export type WatchedFile = watch.Outcome;

export type Setting = store.Setting;
/** What the program keeps. */
export type Usage = store.Usage;
export type Build = engine.Build;
export type Damaged = store.Damaged;
/** What is forgotten by a setting, or at once. */
export type Going = store.Going;
export type Forgotten = job.Forgotten;

/** Who is signed in, and what that is needed for. */
export type SignedIn = engine.SignedIn;

/** A token for other programs and pages. */
export type AccessToken = access.Token;
/** What its bearer may do. */
export type AccessScope = access.Scope;
export type NewToken = main.NewToken;

export type Address = main.Live;
export type Folders = main.Folders;

/** What became of the records that were read. */
export type Counts = Pick<Progress, 'read' | 'inserted' | 'updated' | 'skipped' | 'rejected'>;

/** Whether a job in this state has not ended. */
export function isActive(state: string): boolean {
  return state === 'queued' || state === 'running' || state === 'paused';
}
