package target

import (
	"net/url"
	"regexp"
	"strings"

	"linefeed/backend/message"
)

// hidden stands where a secret was.
const hidden = "***"

// Redact returns the target that url names without the passwords in it: of a
// URL, or what looks like one, what stands before an @, and the values of
// parameters whose names say that they are secret. A path stays as it is. It is
// what may be kept, told and logged; that which is opened is url itself.
//
// It hides too much rather than too little: a password may hold any of the
// characters that end one in a proper URL.
func Redact(url string) string {
	shown, _ := redact(url)
	return shown
}

// Secrets returns what Redact hides, to be looked for in other texts.
func Secrets(url string) []string {
	_, secrets := redact(url)
	return secrets
}

// RedactError returns err with a text that shows nothing of what Redact hides of
// url, wherever it came from.
func RedactError(url string, err error) error {
	if err == nil {
		return nil
	}
	shown, secrets := redact(url)
	if len(secrets) == 0 {
		return err
	}
	text := strings.ReplaceAll(err.Error(), url, shown)
	for _, s := range secrets {
		if len(s) < shortSecret {
			text = strings.ReplaceAll(text, ":"+s+"@", ":"+hidden+"@")
			continue
		}
		text = strings.ReplaceAll(text, s, hidden)
	}
	if text == err.Error() {
		return err
	}
	return &redactedError{text, err}
}

// shortSecret is how long a secret is to be for not hiding words by chance.
const shortSecret = 4

// A redactedError is an error of which the text is told otherwise.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }

// Told hides what the notes of the error say.
func (e *redactedError) Told() message.Note { return message.Foreign(e.text) }

func (e *redactedError) Unwrap() error { return e.err }

func redact(target string) (shown string, secrets []string) {
	scheme, rest := split(target)
	if scheme != "" {
		rest, secrets = redactUser(rest)
	}
	rest, values := redactParameters(rest)
	return scheme + rest, append(secrets, values...)
}

// path finds what names a file, whatever is in it: no scheme, a drive of
// Windows, or sqlite: and file: with no host.
var path = regexp.MustCompile(`(?i)^(?:(?:sqlite|file):/{0,1}(?:[^/]|$)|(?:sqlite|file):///|[A-Za-z]:[\\/]|[^:@?&;=]*[/\\])`)

// copied are the blanks and quotes that come along when a URL is copied.
const copied = " \t\r\n\f\v\"'`<"

// schemes are the schemes of a URL, with those of a driver before it, as in
// jdbc:postgresql://; without slashes, the name before a colon, as that of a
// user in ann:secret@tcp(host)/db.
var schemes = regexp.MustCompile("^[" + copied + "]*(?:(?:[A-Za-z][A-Za-z0-9+._-]*:)*//|[A-Za-z][A-Za-z0-9+._-]*:)")

// split returns the scheme of a target, "" for a path, and what is after it.
func split(target string) (scheme, rest string) {
	if path.MatchString(target) {
		return "", target
	}
	n := len(schemes.FindString(target))
	return target[:n], target[n:]
}

// IsURL reports whether text, which may be meant as a path, has a URL in it:
// then it is to be shown as [Redact] returns it.
func IsURL(text string) bool { return strings.Contains(text, "://") }

// redactUser hides what stands before the host: all of a user's name and
// password but the name.
func redactUser(rest string) (shown string, secrets []string) {
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@')
	if strings.ContainsRune(rest[:end], ':') || at >= 0 { // the password may hold what ends a host
		at = strings.LastIndexByte(rest, '@')
	}
	if at < 0 {
		return rest, nil
	}
	name, password, both := strings.Cut(rest[:at], ":")
	if !both {
		return hidden + rest[at:], []string{name}
	}
	if password == "" {
		return rest, nil
	}
	return name + ":" + hidden + rest[at:], []string{password}
}

// secretName finds the names of parameters that hold a secret.
var secretName = regexp.MustCompile(`(?i)pass|pwd|secret|token|credential|signature|(^|[^a-z])(auth|sig|pw)($|[^a-z])|(api|access|account|private|shared|encryption)[ _-]?key|^key$`)

// parameter finds name=value in a query, a fragment, or a list of settings, the
// value in quotes or not.
var parameter = regexp.MustCompile(`(^|[?&;#,\s])([^?&;#,\s=]+(?: ?[^?&;#,\s=]+)?\s*=\s*)('(?:[^'\\]|\\.)*'|"[^"]*"|\{[^}]*\}|[^&;#\s]*)`)

// redactParameters hides the values of secret parameters.
func redactParameters(rest string) (shown string, secrets []string) {
	shown = parameter.ReplaceAllStringFunc(rest, func(all string) string {
		m := parameter.FindStringSubmatch(all)
		name := strings.TrimSpace(strings.TrimRight(strings.TrimSpace(m[2]), "="))
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if m[3] == "" || m[3] == hidden || !secretName.MatchString(name) {
			return all
		}
		secrets = append(secrets, strings.Trim(m[3], `'"{}`))
		return m[1] + m[2] + hidden
	})
	return shown, secrets
}
