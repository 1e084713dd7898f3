package message

// jobTexts are those of package job: of a request, its file and its outcome.
var jobTexts = map[ID]string{
	"unknown_preset":       `there is no preset {preset:q}`,
	"presets_are":          `the presets are {presets}`,
	"preset_has_types":     `column types are given, but the preset {preset:q} makes the table with types of its own`,
	"drop_types_or_preset": `leave out the types or the preset`,

	"reconnected":    `the connection to the database was lost {n|time|times}, and the load went on`,
	"marks_left":     `the row of this load in the table linefeed_marks could not be removed: {cause}`,
	"marks_harmless": `it harms nothing; you may delete it`,

	"blank_file":          `the file holds nothing but blank lines, so nothing is loaded: the table {table:q} is left as it is`,
	"blank_file_no_table": `the file holds nothing but blank lines, so nothing is loaded: no table is made, as no field has a name`,
	"check_complete":      `check that the file is complete`,
	"no_records":          `the file has no records after the header of {fields|field|fields}`,
	"table_left":          `the table {table:q} is left as it is`,
	"table_made_empty":    `the table {table:q} is made, with nothing in it`,
	"import_makes_empty":  `an import makes the table, with nothing in it`,

	"outcome_not_kept": `the outcome of this job could not be stored: {cause}`,
	"outcome_is_right": `what is reported here is right, and so is the table; the list of jobs will show the job as interrupted unless its outcome can be stored before the program ends`,
	"done_not_kept":    `the job is done, but its outcome could not be stored`,

	"type_changed":    `the column {column:q} is {type} and not {guess}, as its first records suggested`,
	"type_changed_by": `the column {column:q} is {type} and not {guess}, as its first records suggested: {value}`,
	"keep_type":       `to make it {guess}, and have other values rejected, choose its type[ ({setting columnTypes={column}={guess}})]`,

	"same_file":        `the table {table:q} was last loaded from this file, or from one of the same size with the same text wherever it was compared: by job {job} on {time}`,
	"same_file_loaded": `the table {table:q} was last loaded from this file, or from one of the same size with the same text wherever it was compared: by job {job} on {time} ({loaded} loaded)`,
	"keys_rejected":    `records whose key is there already are rejected[ ({setting onConflict} says otherwise)]`,
	"rows_twice":       `with no key to tell rows apart, they will be there twice`,

	"target_is_device": `{path} is a device or a pipe, not a database`,
	"give_file":        `give the path of a file`,
	"own_opened":       `open {path}: it is where the program keeps its own jobs`,
	"own_loaded":       `load into {path}: it is where the program keeps its own jobs`,
	"own_saved":        `save {path}: it is where the program keeps its own jobs`,
	"choose_file":      `choose another file`,
	"left_behind":      `the system did not answer when the file was read, and the request was abandoned`,
	"check_folder":     `check that the file's folder can be reached`,

	"job_keeps_nothing": `job {job} has no record of how its file was read: it did not get that far, or an older version of the program ran it`,
	"do_not_like":       `say yourself how the file is read[ (leave out {setting like})]`,
	"holds_rejects":     `the file seems to hold the rejects of job {job}, and is read afresh`,
	"read_like":         `have it read as that job's file was[ ({setting like={job}})]: a few records don't show how numbers and dates are written`,
	"unlike":            `the file does not begin as the rejects of job {job} do: how it is written was detected afresh, and only its values are read as they were then`,
	"check_fields":      `check that the fields are right`,

	"null_signs": `in a new table {texts} will be NULL in {columns}`,
	"name_nulls": `name the texts for NULL to decide it yourself[ ({setting null=TEXT}; {setting null=} for none)]`,

	"unmapped":          `the field {field:q} goes to no column and is not loaded`,
	"unmapped_more":     `{n|more field goes to no column and is not loaded|more fields go to no column and are not loaded}`,
	"map_or_leave_out":  `map it to a column[ ({setting map=FIELD=COLUMN})], or leave it out[ ({setting map=FIELD=})]`,
	"map_them":          `map them, or leave them out`,
	"types_unused":      `all columns are to be text, but the table {table:q} exists: its columns keep their types`,
	"types_of_preset":   `all columns are to be text, but the preset {preset:q} makes the table: its columns keep their types`,
	"drop_types":        `leave out the rule[ ({setting types})], or load into a new table`,
	"format_unused":     `the format {format:q} is given for the column {column:q}, which is text: its values are loaded as they stand`,
	"drop_format":       `give the column another type in the database, or leave out the format`,
	"check_not_allowed": `a check is given for the column {column:q}, but only ready-made tables have checks`,
	"make_it_yourself":  `leave it out, or make the table with the database's own tools first`,
	"ambiguous_numbers": `the numbers of the field {field:q} can be read in several ways ({ways}); the point is taken as the decimal sign`,
	"say_format":        `say how they are written[ ({setting formats={column}={formats}}, or {setting decimal=.})]`,

	"not_running":    `job {job} is {state}: only a running one can be paused`,
	"not_paused":     `job {job} is {state}: only a paused one can be resumed`,
	"job_ending":     `job {job} is coming to its end`,
	"job_has_ended":  `job {job} is {state}: it has ended`,
	"is_folder_save": `that is a folder: give the name of a file`,
}
