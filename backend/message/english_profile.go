package message

// profileTexts are those of profiles.
var profileTexts = map[ID]string{
	"profile_unknown":      `there is no profile {name:q}`,
	"profiles_are":         `the profiles are {names}`,
	"no_profiles_yet":      `none is saved yet`,
	"profile_file_missing": `there is no profile at {path}`,
	"profile_taken":        `there is a profile {name:q} already`,
	"profile_other_name":   `choose another name, or replace it`,
	"profile_without_name": `the profile has no name`,
	"profile_name_bad":     `{name:q} can't be the name of a profile`,
	"profile_name_is":      `it becomes the name of a file: up to {most} characters, with none of / \\ : * ? " < > | in it, no point at its ends, and no .json`,

	"profile_large":          `the profile {name} is larger than {most|byte|bytes}`,
	"profile_no_json":        `the profile {name} is no JSON: {cause}`,
	"profile_no_profile":     `{name} is no profile`,
	"profile_begins":         `one begins with "linefeedProfile": 1`,
	"profile_newer":          `the profile {name} was made by a newer version of Linefeed: it has the version {version}, and this program knows {known}`,
	"use_newer_for_profile":  `use the newer version, or save the profile again with this one`,
	"profile_not_understood": `the profile {name} is not understood: {cause}`,
	"mend_profile":           `correct its file, or save it again`,
	"profile_bad_target":     `the target of the profile {name} is none: {cause}`,
	"profile_has_password":   `the target of the profile {name} has a password in it`,
	"profile_has_secret":     `the target of the profile {name} has a secret in it, {setting}`,
	"profile_password_out":   `take it out: a profile can be read by others`,

	"profile_and_like":   `a profile and a job are named that say how the file is read`,
	"one_of_both":        `name one of them[ ({setting profile} or {setting like})]`,
	"profile_no_target":  `the profile {profile:q} has no target`,
	"name_target":        `name one[ ({setting target=TARGET})]`,
	"profile_added":      `{n|field is|fields are} not known to the profile {profile:q}: {fields}`,
	"profile_gone":       `the field {field:q} of the profile {profile:q} is not in the file, so nothing goes to the column {column:q}`,
	"profile_gone_more":  `{n|more field|more fields} of the profile {profile:q} are not in the file`,
	"profile_gone_needs": `the field {field:q}, which the profile {profile:q} sends to the column {column:q}, is not in the file, and the column needs a value`,
	"map_likely":         `if it is called {other:q} now, map that[ ({setting map={other}={column}})]`,
	"map_other_to_it":    `map another field to it[ ({setting map=FIELD={column}})]`,
}
