package target

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// A password is never shown, however the target is written.
func TestRedact(t *testing.T) {
	for target, want := range map[string]string{
		"postgres://ann:s3cret@db.example/shop":            "postgres://ann:***@db.example/shop",
		"postgres://ann:s3cret@db.example:5432/shop?ssl=1": "postgres://ann:***@db.example:5432/shop?ssl=1",
		"POSTGRES://ann:s3cret@db/shop":                    "POSTGRES://ann:***@db/shop",
		"mysql://root:s3cret@[::1]:3306/":                  "mysql://root:***@[::1]:3306/",
		"redis://:s3cret@host":                             "redis://:***@host",
		"https://s3cret@host/x":                            "https://***@host/x",
		"connection:postgres://ann:s3cret@db":              "connection:postgres://ann:***@db",
		"postgres://ann%3As3cret@db/shop":                  "postgres://***@db/shop",
		"postgres://ann:s3cret/1@db/shop":                  "postgres://ann:***@db/shop",
		"postgres://ann:s3cret#1@db/shop":                  "postgres://ann:***@db/shop",
		"postgres://ann:s3cret?1@db/shop":                  "postgres://ann:***@db/shop",
		"postgres://ann:s3cret@1@db/shop":                  "postgres://ann:***@db/shop",
		"postgres://ann:s3%63ret@db/shop":                  "postgres://ann:***@db/shop",
		"postgres://db/shop?user=ann&password=s3cret":      "postgres://db/shop?user=ann&password=***",
		"postgres://db/shop?PassWord=s3cret&user=ann":      "postgres://db/shop?PassWord=***&user=ann",
		"postgres://db/shop?%70assword=s3cret":             "postgres://db/shop?%70assword=***",
		"postgres://db/shop?password=;s3cret":              "postgres://db/shop?password=***",
		"postgres://ann@db/shop?password=;s3cret&x=1":      "postgres://ann@db/shop?x=1&password=***",
		"mysql://db?user=ann&password=s3cret s3cret":       "mysql://ann@db?password=***",
		"postgres://db/shop?sslpassword=s3cret":            "postgres://db/shop?sslpassword=***",
		"jdbc:postgresql://db/shop?user=a&password=s3cret": "jdbc:postgresql://db/shop?user=a&password=***",
		"jdbc:postgresql://ann:s3cret@db/shop":             "jdbc:postgresql://ann:***@db/shop",
		"jdbc:sqlserver://db:1433;user=a;password=s3cret":  "jdbc:sqlserver://db:1433;user=a;password=***",
		"libsql://db.example?authToken=s3cret":             "libsql://db.example?authToken=***",
		"http://host?api_key=s3cret&apikey=s3cret":         "http://host?api_key=***&apikey=***",
		"ann:s3cret@tcp(127.0.0.1:3306)/shop":              "ann:***@tcp(127.0.0.1:3306)/shop",
		"host=db user=ann password=s3cret dbname=shop":     "host=db user=ann password=*** dbname=shop",
		"host=db password='s3cret two' dbname=shop":        "host=db password=*** dbname=shop",
		"Server=db;Uid=ann;Pwd=s3cret;Database=shop":       "Server=db;Uid=ann;Pwd=***;Database=shop",
		"sqlite:/data/shop.db?key=s3cret":                  "sqlite:/data/shop.db?key=***",
		"sqlite://ann:s3cret@host/shop.db":                 "sqlite://ann:***@host/shop.db",
		"shop.db?password=s3cret":                          "shop.db?password=***",
		" postgres://ann:s3cret@db/shop":                   " postgres://ann:***@db/shop",
		"\t\"postgres://ann:s3cret@db/shop\"":              "\t\"postgres://ann:***@db/shop\"",
		"'ann:s3cret@tcp(127.0.0.1:3306)/shop'":            "'ann:***@tcp(127.0.0.1:3306)/shop'",
		"<mysql://ann:s3cret@db/shop>":                     "<mysql://ann:***@db/shop>",
	} {
		got := Redact(target)
		if got != want {
			t.Errorf("%s is shown as %s, want %s", target, got, want)
		}
		if again := Redact(got); again != got {
			t.Errorf("%s is shown as %s", got, again)
		}
		if _, s := redact(target); len(s) == 0 || slices.ContainsFunc(s, func(s string) bool { return !strings.Contains(target, s) || strings.Contains(got, s) }) {
			t.Errorf("the secrets of %s are %q", target, s)
		}
	}
}

// A target without a password is shown unchanged.
func TestRedactLeavesPaths(t *testing.T) {
	for _, target := range []string{
		"", "shop.db", "/data/shop.db", `C:\data\shop.db`, "C:/data/shop.db", "sqlite:shop.db", "sqlite:/data/shop.db", "sqlite:///data/shop.db",
		"/data/ann:s3cret@host/shop.db", "sqlite:/data/a:b@c.db", "../a@b:c/shop.db", "data/key=value/shop.db",
		"postgres://db.example:5432/shop", "postgres://ann@db/shop", "MySQL://ann@[::1]:3306/", "connection:shop", "connection:Ann: key=1 @home", "postgres://db/shop?sslmode=require", "postgres://db/shop?monkey=1&compass_x=",
		"sqlite:shop 1.db", ":memory:", "sqlite::memory:", "file:shop.db?mode=ro&cache=shared",
	} {
		if got := Redact(target); got != target {
			t.Errorf("%s is shown as %s", target, got)
		}
	}
}

// An error about a target shows no password, and wraps the same error.
func TestOpenTellsNoPassword(t *testing.T) {
	for _, target := range []string{
		"postgres://ann:s3cret@db/shop", " postgres://ann:s3cret@db/shop", "'mysql://ann:s3cret@db/shop'", " sqlite://ann:s3cret@db/shop", "ann:s3cret@tcp(127.0.0.1:3306)/shop", "a:s3cret@tcp(db)/shop", "jdbc:postgresql://db/shop?password=s3cret",
		"sqlite:" + t.TempDir() + "/none/shop.db?password=s3cret", t.TempDir() + "/none/shop.db?password=s3cret",
	} {
		_, err := Open(t.Context(), target)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", target, err)
		}
		if abs, err := Abs(target); strings.Contains(Redact(abs), "s3cret") || err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s as a full path is shown as %s, %v", target, Redact(abs), err)
		}
	}
	cause := errors.New("can't open sqlite:///x?password=s3cret (s3cret)")
	err := RedactError("sqlite:///x?password=s3cret", cause)
	if err.Error() != "can't open sqlite:///x?password=*** (***)" || !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
}
