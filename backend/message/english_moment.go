package message

// momentTexts are those of package value of dates, times and timestamps.
var momentTexts = map[ID]string{
	"not_a_date":      `not a date`,
	"not_a_time":      `not a time`,
	"not_a_timestamp": `not a timestamp`,

	"no_year_0":        `{what}: there is no year 0`,
	"no_month":         `{what}: there is no month {n}`,
	"no_day_0":         `{what}: there is no day 0`,
	"no_day":           `{what}: {month} {year:d} has {n} days`,
	"other_weekday":    `{what}: {day} {month} {year:d} is a {weekday}`,
	"no_hour":          `{what}: there is no hour {n}`,
	"no_minute":        `{what}: there is no minute {n}`,
	"no_second":        `{what}: there is no second {n}`,
	"too_fine":         `{what}: finer than nanoseconds`,
	"outside_of_years": `{what}: outside of the years 1 to 9999`,
	"no_offset":        `{what}: there is no such offset from UTC`,
	"unsure_zone":      `{what}: the name of a zone does not tell its offset for certain`,

	"day_month_swapped": `day and month swapped?`,
	"midnight":          `midnight is 00:00 of the next day`,
	"hours_to_12":       `with am and pm the hours go from 1 to 12`,
	"leap_second":       `a leap second, which databases don't keep`,
	"write_offset":      `write the offset instead, such as +02:00`,

	"date_for_time":            `a date where only a time belongs`,
	"needs_timestamp_for_both": `for both the column has to be a timestamp`,
	"time_with_zone":           `a time with a zone, which the column can't hold`,
	"leave_out_zone":           `leave the zone out, or make the column text`,
	"time_without_date":        `a time without a date`,
	"fields_shifted":           `are the fields of this line shifted?`,
	"date_with_zone":           `a date with a zone, which would be lost`,
	"leave_out_time_and_zone":  `leave out the time and the zone, or make the column a timestamp`,
	"date_with_time":           `a date with a time of day, which would be lost`,
	"needs_timestamp":          `make the column a timestamp`,
	"timestamp_with_zone":      `a timestamp with a zone, but other values have none`,
	"timestamp_without_zone":   `a timestamp without a zone`,
	"add_zone":                 `write Z or an offset such as +02:00 after it; to take all as UTC, give the column the format YYYY-MM-DD HH:mm:ss`,
	"outside_of_years_utc":     `outside of the years 1 to 9999 in UTC`,

	"iso_but_format":    `written as YYYY-MM-DD, but the column's format is {format}`,
	"zeros_missing":     `zeros are missing before months, days or hours of one digit; to take them as they are, give the column the format {format}`,
	"written_as":        `written as {format}? then say so in the column's format`,
	"written_as_one_of": `written as {formats:or}? then say so in the column's format`,
	"day_number":        `the day number of a spreadsheet?`,
	"iso_expected":      `{format} is expected; if values are written in another way, give the column a format`,

	"unix_time":                 `Unix time, the seconds since 1970? give the column the format unix`,
	"unix_ms":                   `Unix time, the milliseconds since 1970? give the column the format unix ms`,
	"unix_time_needs_timestamp": `Unix time, the seconds since 1970? make the column a timestamp of the format unix`,
	"unix_ms_needs_timestamp":   `Unix time, the milliseconds since 1970? make the column a timestamp of the format unix ms`,

	"january": `January`, "february": `February`, "march": `March`, "april": `April`, "may": `May`, "june": `June`,
	"july": `July`, "august": `August`, "september": `September`, "october": `October`, "november": `November`, "december": `December`,
	"sunday": `Sunday`, "monday": `Monday`, "tuesday": `Tuesday`, "wednesday": `Wednesday`, "thursday": `Thursday`, "friday": `Friday`,
	"saturday": `Saturday`,
}
