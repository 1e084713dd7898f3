package value

import (
	"strings"
	"testing"

	"linefeed/backend/load"
)

func TestConvertDate(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.Date},
		accepts: map[string]string{
			"2026-03-01":       "2026-03-01",
			"20260301":         "2026-03-01",
			"2024-02-29":       "2024-02-29",
			"2000-02-29":       "2000-02-29",
			"0001-01-01":       "0001-01-01",
			"9999-12-31":       "9999-12-31",
			" 2026-03-01 ":     "2026-03-01",
			"2026-03-01 00:00": "2026-03-01",
			"":                 "NULL",
		},
		refuses: map[string]string{
			"2026-02-29":       "not_a_date: February 2026 has 28 days",
			"1900-02-29":       "not_a_date: February 1900 has 28 days",
			"2026-04-31":       "not_a_date: April 2026 has 30 days",
			"2026-31-01":       "not_a_date: there is no month 31; day and month swapped?",
			"2026-13-45":       "not_a_date: there is no month 13",
			"2026-01-00":       "not_a_date: there is no day 0",
			"0000-01-01":       "not_a_date: there is no year 0",
			"0000-00-00":       "not_a_date: add it to the texts for NULL",
			"2026-03-01 12:00": "not_a_date: time of day, which would be lost",

			"2026-03-01T00:00:00Z":      "not_a_date: a date with a zone, which would be lost",
			"2026-03-01 00:00:00+02:00": "not_a_date: a date with a zone, which would be lost",
			"2026-03-01T12:00:00Z":      "not_a_date: time of day, which would be lost",
			"1680000000":                "not_a_date: Unix time, the seconds since 1970? make the column a timestamp of the format unix",
			"31.01.2026":                "not_a_date: written as DD.MM.YYYY?",
			"01/31/2026":                "not_a_date: written as MM/DD/YYYY?",
			"1 March 2026":              "not_a_date: written as DD MMM YYYY?",
			"March 1, 2026":             "not_a_date: written as MMM DD, YYYY?",
			"2026/03/01":                "not_a_date: written as YYYY/MM/DD?",
			"2026-3-1":                  "not_a_date: zeros are missing",
			"2026-03-1":                 "not_a_date: give the column the format YYYY-MM-DD",
			"45000":                     "not_a_date: the day number of a spreadsheet?",
			"2026-W10-1":                "not_a_date: YYYY-MM-DD is expected",
			"yesterday":                 "not_a_date: are the fields of this line shifted?",
			"2026-03-0１":                "not_a_date: ",
			"12:00":                     "not_a_date: a time without a date",
			"2026-03-01x":               "not_a_date: ",
		},
	}.run(t)
}

func TestConvertTime(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.Time},
		accepts: map[string]string{
			"15:04:05":           "15:04:05",
			"15:04":              "15:04:00",
			"15:04:05.5":         "15:04:05.5",
			"15:04:05.500":       "15:04:05.5",
			"15:04:05,123456789": "15:04:05.123456789",
			"15:04:05.000":       "15:04:05",
			"00:00:00":           "00:00:00",
		},
		refuses: map[string]string{
			"24:00:00":            "not_a_time: midnight is 00:00",
			"15:60":               "not_a_time: there is no minute 60",
			"23:59:60":            "not_a_time: a leap second",
			"15:04:05.1234567891": "not_a_time: finer than nanoseconds",
			"3:04 PM":             "not_a_time: written as hh:mm A?",
			"15:04Z":              "not_a_time: a time with a zone",
			"2026-03-01 15:04":    "not_a_time: a date where only a time belongs",
			"15":                  "not_a_time: HH:mm:ss is expected",
		},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.Time, Format: "hh:mm A"},
		accepts: map[string]string{"3:04 PM": "15:04:00", "12:00 am": "00:00:00", "12:00 p.m.": "12:00:00", "03:04\u202fPM": "15:04:00"},
		refuses: map[string]string{"15:04 PM": "not_a_time: the hours go from 1 to 12", "0:04 PM": "not_a_time: there is no hour 0"},
	}.run(t)
	conversionTest{
		column: load.Column{Type: load.Time}, plan: load.Plan{DateFormat: "DD.MM.YYYY hh:mm A"},
		accepts: map[string]string{"3:04 PM": "15:04:00"},
	}.run(t)
	conversionTest{
		column: load.Column{Type: load.Time}, plan: load.Plan{DateFormat: "DD.MM.YYYY"},
		accepts: map[string]string{"15:04": "15:04:00"},
	}.run(t)
}

func TestConvertTimestamp(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.Timestamp},
		accepts: map[string]string{
			"2026-03-01T00:00:00Z":           "2026-03-01 00:00:00",
			"2026-03-01 15:04:05":            "2026-03-01 15:04:05",
			"2026-03-01T15:04:05":            "2026-03-01 15:04:05",
			"2026-03-01t15:04:05z":           "2026-03-01 15:04:05",
			"2026-03-01 15:04":               "2026-03-01 15:04:00",
			"2026-03-01":                     "2026-03-01 00:00:00",
			"20260301T150405Z":               "2026-03-01 15:04:05",
			"2026-03-01 15:04:05.120":        "2026-03-01 15:04:05.12",
			"2026-03-01 15:04:05.12":         "2026-03-01 15:04:05.12",
			"2026-03-01T15:04:05,123456789Z": "2026-03-01 15:04:05.123456789",
			"2026-03-01T00:30:00+02:00":      "2026-02-28 22:30:00",
			"2026-03-01 00:30:00 -0530":      "2026-03-01 06:00:00",
			"2026-03-01 00:30:00 UTC":        "2026-03-01 00:30:00",
			"2026-03-01 00:30:00+02":         "2026-02-28 22:30:00",
		},
		refuses: map[string]string{
			"2026-02-30T00:00:00Z":      "not_a_timestamp: February 2026 has 28 days",
			"2026-03-01T25:00:00Z":      "not_a_timestamp: there is no hour 25",
			"2026-03-01 00:00:00 CET":   "not_a_timestamp: write the offset instead",
			"2026-03-01 00:00:00+25:00": "not_a_timestamp: no such offset",
			"2026-03-01 00:00:00+1":     "not_a_timestamp: ",
			"2026-03-01T":               "not_a_timestamp: ",
			"2026-03-01 12":             "not_a_timestamp: ",
			"01.03.2026 12:00":          "not_a_timestamp: written as DD.MM.YYYY HH:mm?",
			"3/1/2026 3:04 PM":          "not_a_timestamp: written as DD/MM/YYYY hh:mm A or MM/DD/YYYY hh:mm A?",
			"0001-01-01T00:00:00+02:00": "out_of_range: years 1 to 9999",
			"not a date":                "not_a_timestamp: fields of this line shifted?",
			"1680000000":                "not_a_timestamp: Unix time, the seconds since 1970? give the column the format unix",
			"1680000000123":             "not_a_timestamp: Unix time, the milliseconds since 1970? give the column the format unix ms",
			"2026-3-1 9:05":             "not_a_timestamp: zeros are missing",
		},
	}.run(t)
}

func TestConvertUnixTime(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.Timestamp, Format: "unix"},
		accepts: map[string]string{
			"1680000000":    "2023-03-28 10:40:00",
			"0":             "1970-01-01 00:00:00",
			"-1":            "1969-12-31 23:59:59",
			"1680000000.5":  "2023-03-28 10:40:00.5",
			"-1.25":         "1969-12-31 23:59:58.75",
			"1680000000.00": "2023-03-28 10:40:00",
			"253402300799":  "9999-12-31 23:59:59",
			"":              "NULL",
		},
		refuses: map[string]string{
			"253402300800":          "not_a_timestamp: outside of the years 1 to 9999",
			"9223372036854775807":   "not_a_timestamp: outside of the years 1 to 9999",
			"2026-03-01 00:00:00":   "not_a_timestamp: but the column's format is unix",
			"2026-03-01T00:00:00":   "not_a_timestamp: but the column's format is unix",
			"1680000000.1234567891": "not_a_timestamp: finer than nanoseconds",
			"1.5e9":                 "not_a_timestamp: ",
			"soon":                  "not_a_timestamp: ",
		},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.TimestampTZ, Format: "Unix MS"},
		accepts: map[string]string{"1680000000123": "2023-03-28 10:40:00.123Z", "-1": "1969-12-31 23:59:59.999Z"},
		refuses: map[string]string{"1680000000.5": "not_a_timestamp: the column's format is unix ms"},
	}.run(t)
	if _, err := newConversion(load.Column{Name: "day", Type: load.Date, Format: "unix"}, load.Plan{}); err == nil {
		t.Error("a date has the format unix")
	}
	g := watched(t, "f", load.Plan{Formats: map[string]string{"f": "unix"}}, "1680000000", "1680000001")
	if g.Column.Type != load.Timestamp || g.Column.Format != "unix" {
		t.Errorf("%+v", g)
	}
}

func TestConvertTimestampTZ(t *testing.T) {
	conversionTest{
		column: load.Column{Type: load.TimestampTZ},
		accepts: map[string]string{
			"2026-03-01T00:00:00Z":      "2026-03-01 00:00:00Z",
			"2026-03-01 15:04:05+02:00": "2026-03-01 15:04:05+02:00",
			"2026-03-01 15:04:05 -0530": "2026-03-01 15:04:05-05:30",
			"2026-03-01T15:04:05.5+02":  "2026-03-01 15:04:05.5+02:00",
			"2026-03-01T15:04:05-00:00": "2026-03-01 15:04:05Z",
			"2026-03-01T15:04:05 GMT":   "2026-03-01 15:04:05Z",
		},
		refuses: map[string]string{
			"2026-03-01 15:04:05": "not_a_timestamp: a timestamp without a zone; write Z or an offset",
			"2026-03-01":          "not_a_timestamp: a timestamp without a zone",
		},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.TimestampTZ, Format: "YYYY-MM-DD HH:mm:ss"},
		accepts: map[string]string{"2026-03-01 15:04:05": "2026-03-01 15:04:05Z"},
	}.run(t)
	conversionTest{
		column:  load.Column{Type: load.TimestampTZ, Format: "ddd, DD MMM YYYY HH:mm:ss Z"},
		accepts: map[string]string{"Sun, 01 Mar 2026 15:04:05 +0100": "2026-03-01 15:04:05+01:00"},
		refuses: map[string]string{"Mon, 01 Mar 2026 15:04:05 +0100": "not_a_timestamp: 1 March 2026 is a Sunday"},
	}.run(t)
}

func TestConvertDatePatterns(t *testing.T) {
	for pattern, values := range map[string]map[string]string{
		"DD.MM.YYYY":            {"01.03.2026": "2026-03-01", "1.3.2026": "2026-03-01", "31.12.1999": "1999-12-31", "1.3.2026 00:00": "2026-03-01"},
		"MM/DD/YYYY":            {"3/1/2026": "2026-03-01"},
		"DD/MM/YY":              {"01/03/26": "2026-03-01", "01/03/69": "1969-03-01", "01/03/68": "2068-03-01"},
		"D. MMM YYYY":           {"1. März 2026": "2026-03-01", "1. Mrz. 2026": "2026-03-01", "1. MÄRZ 2026": "2026-03-01"},
		"DD-MMM-YYYY":           {"01-MAR-2026": "2026-03-01", "01-mar-2026": "2026-03-01"},
		"DD-MON-YYYY":           {"01-MAR-2026": "2026-03-01"},
		"MMMM D, YYYY":          {"March 1, 2026": "2026-03-01"},
		"D MMMM YYYY":           {"1 août 2026": "2026-08-01"},
		"YYYYMMDD":              {"20260301": "2026-03-01"},
		"YYYY年MM月DD日":           {"2026年3月1日": "2026-03-01"},
		"yyyy-mm-dd":            {"2026-03-01": "2026-03-01"},
		"dd/MM/yyyy":            {"01/03/2026": "2026-03-01"},
		"%d.%m.%Y":              {"01.03.2026": "2026-03-01"},
		"D [de] MMMM [de] YYYY": {"1 de março de 2026": "2026-03-01"},
		"DD.MM.YYYY HH:mm":      {"01.03.2026": "2026-03-01", "01.03.2026 00:00": "2026-03-01"},
	} {
		conversionTest{column: load.Column{Type: load.Date, Format: pattern}, accepts: values}.run(t)
	}
	conversionTest{
		column: load.Column{Type: load.Date, Format: "DD.MM.YYYY"},
		refuses: map[string]string{
			"13/01/2026":     "not_a_date: written as DD/MM/YYYY?",
			"01.13.2026":     "not_a_date: there is no month 13; day and month swapped?",
			"2026-03-01":     "not_a_date: written as YYYY-MM-DD, but the column's format is DD.MM.YYYY",
			"1.3.26":         "not_a_date: written as DD.MM.YY?",
			"1.3.2026 12:00": "not_a_date: would be lost",
		},
	}.run(t)
	for pattern, values := range map[string]map[string]string{
		"DD.MM.YYYY HH:mm":            {"01.03.2026 15:04": "2026-03-01 15:04:00"},
		"DD.MM.YYYY HH:mm:ss":         {"01.03.2026 15:04:05": "2026-03-01 15:04:05", "01.03.2026 15:04:05,5": "2026-03-01 15:04:05.5"},
		"DD.MM.YYYY":                  {"01.03.2026 15:04": "2026-03-01 15:04:00", "01.03.2026": "2026-03-01 00:00:00"},
		"M/D/YYYY h:mm A":             {"3/1/2026 3:04 PM": "2026-03-01 15:04:00", "3/1/2026  12:04  am": "2026-03-01 00:04:00"},
		"YYYY-MM-DD HH24:MI:SS":       {"2026-03-01 15:04:05": "2026-03-01 15:04:05"},
		"YYYY-MM-DD HH:MM:SS":         {"2026-03-01 15:04:05": "2026-03-01 15:04:05"},
		"YYYYMMDDHHmmss":              {"20260301150405": "2026-03-01 15:04:05"},
		"YYYYMMDDHHmmssSSS":           {"20260301150405123": "2026-03-01 15:04:05.123"},
		"yyyy-MM-dd'T'HH:mm:ssXXX":    {"2026-03-01T15:04:05+02:00": "2026-03-01 13:04:05"},
		"HH:mm DD.MM.YYYY":            {"15:04 01.03.2026": "2026-03-01 15:04:00"},
		"DD.MM.YYYY [um] HH:mm [Uhr]": {"01.03.2026 um 15:04 Uhr": "2026-03-01 15:04:00"},
	} {
		conversionTest{column: load.Column{Type: load.Timestamp, Format: pattern}, accepts: values}.run(t)
	}
	conversionTest{
		column: load.Column{Type: load.Timestamp}, plan: load.Plan{DateFormat: "DD.MM.YYYY"},
		accepts: map[string]string{"01.03.2026 15:04:05": "2026-03-01 15:04:05"},
	}.run(t)
}

func TestPatternErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"DD.MM":         "needs one year",
		"YYYY-MM":       "needs one day",
		"DD.DD.YYYY":    "repeats what stands before",
		"QQ YYYY":       "not known",
		"[at YYYY":      "is not closed",
		"DD.MM.YYYY ss": "needs one hour",
		"...":           "neither a date nor a time",
		"HH:mm":         "it has no date",
	} {
		_, err := newConversion(load.Column{Name: "d", Type: load.Date, Format: pattern}, load.Plan{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `column "d"`) {
			t.Errorf("%s: error %v, want one with %q and the column", pattern, err, want)
		}
	}
}

func TestNamesAreClear(t *testing.T) {
	for _, lists := range [][]string{monthLists, weekdayLists} {
		seen := map[string]int{}
		for i, list := range lists {
			for _, name := range strings.Fields(list) {
				if before, ok := seen[name]; ok {
					t.Errorf("%q is number %d and number %d", name, before+1, i+1)
				}
				seen[name] = i
			}
		}
	}
}
