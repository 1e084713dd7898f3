package message

// storeTexts are those of the package store.
var storeTexts = map[ID]string{
	"close_and_start":     `close what uses it and start again`,
	"store_newer":         `a newer version of Linefeed has made {path}: it has the version {version}, and this program knows {known}`,
	"use_newer_version":   `use the newer version of Linefeed, or set LINEFEED_HOME to another folder`,
	"move_store":          `move it away, and a new one is made`,
	"make_store_writable": `make the file and its folder writable, or set LINEFEED_HOME to a folder that is`,
	"free_store_space":    `free some space, or set LINEFEED_HOME to a folder on another disk`,
	"check_store_disk":    `check the disk, or set LINEFEED_HOME to a folder on another one`,

	"setting_unknown":       `there is no setting {name:q}`,
	"settings_are":          `there are {names}`,
	"setting_bad":           `{name} can't be {value:q}`,
	"age_is":                `give a number of days, weeks or years, such as 90d, 12w or 1y, or forever`,
	"size_is":               `give a size such as 500MB or 2GB, or unlimited`,
	"about_keep_jobs":       `how long an import stays in the history, from its end`,
	"about_keep_rejects":    `how long the rejected records of an import are kept, from its end`,
	"about_keep_size":       `what the program's own file may hold before rejected records go earlier, the oldest first`,
	"about_imports_at_once": `how many imports one program runs side by side; those into the same database take turns`,
	"at_once_is":            `give a number from 1 to 16`,
	"rejects_forgotten":     `the rejected records of job {job} are no longer kept: they were removed on {day}`,
	"keep_rejects_longer":   `the settings keep-rejects and keep-size say how long they are`,
	"job_active":            `job {job} has not ended`,
	"job_retried":           `the rejected records of job {job} are being retried by job {retry}, which has not ended`,
	"cancel_first":          `cancel it first, or wait for its end`,
}
