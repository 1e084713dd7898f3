package message

// setTexts are those of sets of files.
var setTexts = map[ID]string{
	"set_of_none":          `the set has no files`,
	"table_of_two":         `{file} and {other} would both be loaded into the table {table:q}`,
	"rename_or_one_table":  `give one of them another name, or load all files into one table[ ({setting table=NAME})]`,
	"fields_lack":          `{file} has other fields than {first}: it lacks {lacks}`,
	"fields_have":          `{file} has other fields than {first}: it has {has} besides`,
	"fields_lack_and_have": `{file} has other fields than {first}: it lacks {lacks}, and has {has} besides`,
	"other_fields_more":    `{n|more file has|more files have} other fields`,
	"nothing_begun":        `nothing was loaded, as files with other fields may not be meant for one table`,
	"mixed_or_apart":       `have the table made with a column for each field of any file[ ({setting mixedHeaders})], or load them apart`,
	"saved_there":          `{path} is there already`,
	"choose_folder":        `choose another folder`,
	"set_active":           `set {set} has not ended`,
	"set_not_ended":        `set {set} is under way: it can be taken up when it has ended`,
	"set_has_ended":        `set {set} is {state}: it has ended`,
	"set_not_running":      `set {set} is {state}: only a running one can be paused`,
	"set_not_paused":       `set {set} is {state}: only a paused one can be resumed`,
}
