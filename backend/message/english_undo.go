package message

// undoTexts are those about the undoing of imports.
var undoTexts = map[ID]string{
	"undo_not_here":      `imports into {product} can't be undone`,
	"undo_active":        `job {job} has not ended, so it can't be undone`,
	"undo_twice":         `job {job} was undone on {time} by {who}`,
	"keep_undo_next":     `it can be undone if that is asked for before it begins[ ({setting undo})]`,
	"again_retry":        `job {job} retried rejects of job {of}`,
	"undo_moves_key":     `the rule may change {column:q}, by which the rows of the table {table:q} are told apart, so the import can't be undone`,
	"undo_no_place":      `what is needed to undo an import can't be kept in the schema {schema:q}: you may make no table there`,
	"undo_set_none":      `nothing is kept to undo set {set}`,
	"undo_set_twice":     `all that can be undone of set {set} was undone already`,
	"undo_set_part":      `of set {set}, {n|file has|files have} loaded rows for which nothing is kept to undo them`,
	"undo_set_partly":    `look what can be undone, and have that undone alone[ ({setting partly})]`,
	"undo_after":         `it is undone after job {job}, which could not be undone`,
	"undo_set_again":     `undo the set again once that can be`,
	"undo_none":          `nothing is kept to undo job {job}`,
	"undo_no_key":        `an import into the table {table:q} can't be undone: it has no key by which its rows are told apart`,
	"undo_other_columns": `the columns of the table {table:q} have changed since, so the import can't be undone`,
	"undo_engine":        `an import into the table {table:q} can't be undone: it is stored by {engine}, which keeps no changes together`,
	"undo_key_unmapped":  `an import into the table {table:q} can't be undone: no field goes to a key by which its rows are told apart ({keys})`,
	"map_key_or_leave":   `map a field to it[ ({setting map=FIELD=COLUMN})], or have nothing kept to undo it[ (leave out {setting undo})]`,
	"undo_other_key":     `a row of the table {table:q} has another key than its record, perhaps because of a trigger, so the import can't be undone`,
	"undo_triggers":      `the table {table:q} has triggers: what they do elsewhere is not undone, and they run again when rows are removed or put back`,
	"undo_left_by":       `job {job} is forgotten, but the table linefeed_undo_{job} beside the table {table:q}, which was kept to undo it, could not be removed: {cause}`,
	"drop_undo_table":    `drop that table yourself`,
	"leave_undo_out":     `have nothing kept to undo it[ (leave out {setting undo})]`,
}
