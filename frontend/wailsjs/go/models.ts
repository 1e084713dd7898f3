export namespace access {
	
	export interface Scope {
	    may: string;
	    folders?: string[];
	    targets?: string[];
	}
	export interface Token {
	    name: string;
	    may: string;
	    folders?: string[];
	    targets?: string[];
	    created: string;
	    expires?: string;
	    used?: string;
	}

}

export namespace connect {
	
	export interface Failure {
	    kind: string;
	    step: string;
	    message: string;
	    hint?: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	}

}

export namespace connection {
	
	export interface Connection {
	    name: string;
	    url: string;
	    kind: string;
	    password: string;
	    insecure?: boolean;
	    reason?: string;
	}
	export interface Database {
	    place: load.Place;
	    tables: load.Table[];
	    schemas?: string[];
	    failure?: connect.Failure;
	}
	export interface Draft {
	    name: string;
	    url: string;
	    was?: string;
	    password?: string;
	    session?: boolean;
	}
	export interface Form {
	    kind: string;
	    hosts: string;
	    port: string;
	    database: string;
	    user: string;
	    password: boolean;
	    tls: string;
	    ca: string;
	    rest: string;
	}
	export interface Head {
	    columns: string[];
	    rows: (string | null)[][];
	}
	export interface Step {
	    name: string;
	    state: string;
	    kind?: string;
	    message: string;
	    hint?: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	}
	export interface Report {
	    ok: boolean;
	    steps: Step[];
	    place?: load.Place;
	}

}

export namespace csvfile {
	
	export interface Alternative {
	    value: string;
	    confidence: number;
	}
	export interface Dialect {
	    compression?: string;
	    member?: string;
	    encoding?: string;
	    invalidBytes?: string;
	    delimiter?: string;
	    quote?: string;
	    escape?: string;
	    comment?: string;
	    skipLines?: number;
	    headerRows?: number;
	    footerLines?: number;
	}
	export interface Encoding {
	    name: string;
	    label: string;
	}
	export interface Finding {
	    what: string;
	    value: string;
	    confidence: number;
	    reason: string;
	    given?: boolean;
	    alternatives?: Alternative[];
	}
	export interface Limits {
	    maxRecord?: number;
	    maxUnpacked?: number;
	    maxRatio?: number;
	}
	export interface Range {
	    from: number;
	    to: number;
	}
	export interface PassedOver {
	    kind: string;
	    lines: number;
	    ranges: Range[];
	}
	export interface Problem {
	    code: string;
	    column: string;
	    value: string;
	    message: string;
	    hint: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	}
	
	export interface Row {
	    number: number;
	    line: number;
	    endLine: number;
	    values: string[];
	    quoted: boolean[];
	    problem?: Problem;
	    raw?: string;
	}

}

export namespace engine {
	
	export interface Build {
	    version: string;
	    commit: string;
	    date: string;
	    changed: boolean;
	    go: string;
	    platform: string;
	    sqlite: string;
	    updates: string;
	}
	export interface SignedIn {
	    on: boolean;
	    required: boolean;
	    signedIn: boolean;
	    issuer?: string;
	    name?: string;
	    email?: string;
	    subject?: string;
	    role?: string;
	    hasRole: boolean;
	    kept: boolean;
	    notice?: message.Note;
	}

}

export namespace files {
	
	export interface Twice {
	    path: string;
	    same: string;
	}
	export interface List {
	    paths: string[];
	    twice?: Twice[];
	    passed?: string[];
	}

}

export namespace job {
	
	export interface Change {
	    column: string;
	    before: string;
	    after?: string;
	}
	export interface FieldMapping {
	    field: string;
	    column: string;
	}
	export interface Fit {
	    profile: profile.Profile;
	    match: profile.Match;
	    map: {[key: string]: string};
	}
	export interface Forgotten {
	    jobs: number;
	    freed: number;
	    left?: message.Note[];
	}
	export interface Undone {
	    time: string;
	    who: string;
	    removed: number;
	    restored: number;
	    changed: number;
	    gone: number;
	    referred: number;
	    refused: number;
	    dropped?: boolean;
	    warnings?: load.Warning[];
	}
	export interface Summary {
	    job: string;
	    file: string;
	    table: string;
	    state: string;
	    read: number;
	    inserted: number;
	    updated: number;
	    skipped: number;
	    rejected: number;
	    bytes: number;
	    seconds: number;
	    balanced: boolean;
	    bytesTotal?: number;
	    rolledBack?: number;
	    padded?: number;
	    passed?: number;
	    passedOver?: csvfile.PassedOver[];
	    nulls?: load.SignCount[];
	    warnings?: load.Warning[];
	    created?: boolean;
	    check?: boolean;
	    guesses?: value.Guess[];
	    of?: string;
	    open?: number;
	    error?: string;
	    reasons?: message.Note[];
	}
	export interface RetryEdit {
	    id: number;
	    text: string;
	    fields?: string[];
	}
	export interface Retry {
	    job: string;
	    code?: string;
	    column?: string;
	    value?: string;
	    ids?: number[];
	    groups?: store.GroupName[];
	    rules?: mend.Rule[];
	    edits?: RetryEdit[];
	    file?: string;
	    afresh?: boolean;
	    onConflict?: string;
	    unsure?: string;
	}
	export interface Request {
	    file: string;
	    target: string;
	    preset?: string;
	    dialect: csvfile.Dialect;
	    plan: load.Plan;
	    limits: csvfile.Limits;
	    check?: boolean;
	    infer?: string[];
	    like?: string;
	    retry?: Retry;
	    added?: boolean;
	    profile?: string;
	    watched?: string;
	}
	export interface Job {
	    id: string;
	    state: string;
	    request: Request;
	    set?: string;
	    created: string;
	    started?: string;
	    finished?: string;
	    who?: string;
	    fingerprint?: string;
	    summary?: Summary;
	    resumable?: boolean;
	    undoable?: boolean;
	    undone?: Undone;
	    openRejects?: number;
	    problem?: string;
	    rejectsForgotten?: string;
	}
	export interface Preset {
	    name: string;
	    title: string;
	    table: string;
	    columns: load.Column[];
	}
	export interface Preview {
	    dialect: csvfile.Dialect;
	    findings: csvfile.Finding[];
	    warnings: load.Warning[];
	    fields: string[];
	    rows: csvfile.Row[];
	    size: number;
	    records: number;
	    complete: boolean;
	    guesses: value.Guess[];
	    profiles?: profile.Match[];
	}
	export interface RejectBytes {
	    text: string;
	    bytes: number;
	    truncated: boolean;
	    valueStart: number;
	    valueEnd: number;
	}
	export interface RejectFields {
	    names: string[];
	    values: string[];
	    field: number;
	    text: string;
	}
	export interface RejectView {
	    reject: store.Reject;
	    record: RejectBytes;
	    history: store.Deed[];
	}
	
	
	
	export interface SetFiles {
	    total: number;
	    queued: number;
	    running: number;
	    paused: number;
	    done: number;
	    failed: number;
	    cancelled: number;
	    interrupted: number;
	}
	export interface SetSummary {
	    set: string;
	    state: string;
	    files: SetFiles;
	    read: number;
	    inserted: number;
	    updated: number;
	    skipped: number;
	    rejected: number;
	    bytes: number;
	    seconds: number;
	    balanced: boolean;
	}
	export interface SetRequest {
	    files?: string[];
	    import: Request;
	    atOnce?: number;
	    mixedHeaders?: boolean;
	}
	export interface Set {
	    id: string;
	    state: string;
	    created: string;
	    request: SetRequest;
	    summary: SetSummary;
	    resumable?: boolean;
	    first?: string;
	    openRejects?: number;
	    jobs?: Job[];
	    problem?: string;
	}
	export interface SetFile {
	    file: string;
	    size: number;
	    table: string;
	    differs?: load.Problem;
	    error?: string;
	}
	
	export interface SetProgress {
	    phase: string;
	    percent?: number;
	    bytesRead: number;
	    bytesTotal: number;
	    read: number;
	    inserted: number;
	    updated: number;
	    skipped: number;
	    rejected: number;
	    recordsPerSecond: number;
	    bytesPerSecond: number;
	    etaMs?: number;
	    reconnecting?: load.Reconnecting;
	    waiting?: load.Waiting;
	    files: SetFiles;
	}
	
	export interface SetSnapshot {
	    set: Set;
	    progress?: SetProgress;
	    seq: number;
	}
	
	export interface Settled {
	    create: boolean;
	    preset?: string;
	    fields: string[];
	    columns: load.Column[];
	    guesses: value.Guess[];
	    mapping: FieldMapping[];
	    profile?: profile.Match;
	    problems: load.Problem[];
	    warnings: load.Warning[];
	}
	export interface Snapshot {
	    job: Job;
	    progress?: load.Progress;
	    seq: number;
	    elsewhere?: boolean;
	}
	
	export interface TakeUp {
	    changed?: boolean;
	    unsure?: string;
	}
	export interface TakingBack {
	    possible: boolean;
	    message: string;
	    hint?: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	}
	export interface TrialRecord {
	    id: number;
	    line: number;
	    text: string;
	    mendedLine?: number;
	    reason?: store.Reason;
	    changes?: Change[];
	}
	export interface Trial {
	    open: number;
	    tried: number;
	    pass: number;
	    fail: number;
	    part: boolean;
	    reasons: store.RejectCount[];
	    passing: TrialRecord[];
	    failing: TrialRecord[];
	    warnings: load.Warning[];
	    seconds: number;
	}
	

}

export namespace load {
	
	export interface Column {
	    name: string;
	    type: string;
	    declared?: string;
	    nullable: boolean;
	    length?: number;
	    precision?: number;
	    scale?: number;
	    primaryKey?: boolean;
	    unique?: boolean;
	    hasDefault?: boolean;
	    generated?: boolean;
	    check?: string;
	    format?: string;
	    nullSigns?: boolean;
	}
	export interface Place {
	    kind: string;
	    product: string;
	    file?: string;
	    server?: string;
	    database?: string;
	    schema?: string;
	    schemas?: boolean;
	    insecure?: boolean;
	    marks: boolean;
	    undo?: boolean;
	}
	export interface Plan {
	    table: string;
	    schema?: string;
	    create?: boolean;
	    columns?: Column[];
	    types?: string;
	    columnTypes?: {[key: string]: string};
	    map?: Record<string, string>;
	    strict?: boolean;
	    onConflict?: string;
	    key?: string[];
	    null?: string[];
	    quotedNull?: boolean;
	    formats?: Record<string, string>;
	    decimal?: string;
	    dateFormat?: string;
	    ragged?: string;
	    maxRejects?: string;
	    atomic?: boolean;
	    undo?: boolean;
	    writers?: number;
	    marks?: string;
	}
	export interface Problem {
	    field?: string;
	    column?: string;
	    message: string;
	    hint?: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	}
	export interface Waiting {
	    job: string;
	    message: string;
	    hint?: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	}
	export interface Reconnecting {
	    reason: string;
	    attempt: number;
	    // Go type: time
	    nextTry: any;
	}
	export interface Progress {
	    phase: string;
	    percent?: number;
	    bytesRead: number;
	    bytesTotal: number;
	    read: number;
	    inserted: number;
	    updated: number;
	    skipped: number;
	    rejected: number;
	    recordsPerSecond: number;
	    bytesPerSecond: number;
	    etaMs?: number;
	    reconnecting?: Reconnecting;
	    waiting?: Waiting;
	}
	
	export interface Rename {
	    was: string;
	    is: string;
	}
	export interface Scales {
	    Known: boolean;
	    Least: number;
	    Zeroed: number;
	}
	export interface SignCount {
	    column: string;
	    text: string;
	    count: number;
	}
	export interface Table {
	    schema?: string;
	    name: string;
	    rows: number;
	}
	export interface Warning {
	    code: string;
	    line?: number;
	    field?: string;
	    column?: string;
	    message: string;
	    hint?: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	}
	export interface Undoing {
	    removed: number;
	    restored: number;
	    changed: number;
	    gone: number;
	    referred: number;
	    refused: number;
	    dropped?: boolean;
	    warnings?: Warning[];
	}
	

}

export namespace main {
	
	export interface Folders {
	    own: string;
	    documents: string;
	}
	export interface Live {
	    url: string;
	    token: string;
	}
	export interface NewToken {
	    name: string;
	    may: string;
	    folders?: string[];
	    targets?: string[];
	    created: string;
	    expires?: string;
	    used?: string;
	    token: string;
	}

}

export namespace mend {
	
	export interface Rule {
	    column?: string;
	    op: string;
	    value?: string;
	    null?: boolean;
	    from?: string;
	    values?: Record<string, string>;
	    length?: number;
	    refused?: string;
	}

}

export namespace message {
	
	export interface Setting {
	    name: string;
	    value?: string;
	}
	export interface Note {
	    message: string;
	    hint?: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: Setting[];
	}

}

export namespace profile {
	
	export interface Watch {
	    folder: string;
	    order?: string;
	}
	export interface Entry {
	    name: string;
	    target?: string;
	    schema?: string;
	    table: string;
	    fields: number;
	    watch?: Watch;
	    problem?: string;
	}
	export interface Match {
	    name: string;
	    match: number;
	    gone?: string[];
	    added?: string[];
	    moved?: string[];
	    renamed?: load.Rename[];
	    likely?: load.Rename[];
	}
	export interface Profile {
	    linefeedProfile: number;
	    fields: string[];
	    target?: string;
	    dialect: csvfile.Dialect;
	    plan: load.Plan;
	    infer?: string[];
	    limits: csvfile.Limits;
	    watch?: Watch;
	}

}

export namespace store {
	
	export interface Closing {
	    job?: string;
	    who: string;
	    time: string;
	    how: string;
	}
	export interface Damaged {
	    path: string;
	    time: string;
	    size: number;
	}
	export interface Reason {
	    job: string;
	    mendedLine?: number;
	    column: string;
	    value: string;
	    code: string;
	    message: string;
	    hint: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	}
	export interface Deed {
	    what: string;
	    outcome?: string;
	    job?: string;
	    who: string;
	    time: string;
	    how: string;
	    mended?: boolean;
	    reason?: Reason;
	}
	export interface Going {
	    jobs: number;
	    rejects: number;
	    bytes: number;
	}
	export interface GroupName {
	    code: string;
	    column: string;
	}
	export interface RejectGroup {
	    code: string;
	    column: string;
	    value?: string;
	    count: number;
	    first?: number;
	}
	export interface GroupPage {
	    groups: RejectGroup[];
	    total: number;
	    rejects: number;
	    missing?: number;
	}
	export interface GroupQuery {
	    job: string;
	    open: boolean;
	    values: boolean;
	    code: string;
	    column: string;
	    find: string;
	    sample?: number;
	    offset: number;
	    limit: number;
	}
	export interface JobQuery {
	    search?: string;
	    table?: string;
	    target?: string;
	    state?: string;
	    since?: string;
	    alone?: boolean;
	    before?: string;
	    limit?: number;
	}
	export interface Notice {
	    id: number;
	    time: string;
	    code: string;
	    message: string;
	    hint?: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	}
	
	export interface Reject {
	    id?: number;
	    time: string;
	    record: number;
	    line: number;
	    endLine: number;
	    column: string;
	    value: string;
	    code: string;
	    message: string;
	    hint: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	    state?: string;
	    original?: number;
	    mendedLine?: number;
	    closed?: Closing;
	    latest?: Reason;
	}
	export interface RejectCount {
	    code: string;
	    column: string;
	    count: number;
	}
	
	export interface RejectPage {
	    rejects: Reject[];
	    total: number;
	    missing?: number;
	    forgotten?: string;
	}
	export interface RejectQuery {
	    job: string;
	    after: number;
	    offset: number;
	    limit: number;
	    code: string;
	    column: string;
	    find: string;
	    value?: string;
	    open?: boolean;
	}
	export interface Selection {
	    code?: string;
	    column?: string;
	    value?: string;
	    ids?: number[];
	    groups?: GroupName[];
	}
	export interface Setting {
	    name: string;
	    value: string;
	    default: string;
	    message: string;
	    hint?: string;
	    messageId?: string;
	    hintId?: string;
	    params?: {[key: string]: any};
	    settings?: message.Setting[];
	    pinned?: string;
	}
	export interface Usage {
	    path: string;
	    size: number;
	    received: number;
	    jobs: number;
	    rejects: number;
	    damaged: Damaged[];
	}

}

export namespace value {
	
	export interface Choice {
	    type: string;
	    format: string;
	    example: string;
	}
	export interface Guess {
	    field: string;
	    column: load.Column;
	    evidence: string;
	    confidence: number;
	    ambiguous?: Choice[];
	    nulls?: string[];
	    values: number;
	    empty: number;
	    exceptions: number;
	    maxLength: number;
	}

}

export namespace watch {
	
	export interface Outcome {
	    time?: string;
	    file: string;
	    movedTo?: string;
	    job?: string;
	    summary?: job.Summary;
	    error?: string;
	}
	export interface Watched {
	    profile: string;
	    folder: string;
	    order: string;
	    kept: boolean;
	    ending?: boolean;
	    loading?: string;
	    problem?: string;
	    last?: Outcome;
	}

}

