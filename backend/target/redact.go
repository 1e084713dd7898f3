package target

import (
	neturl "net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"linefeed/backend/message"
)

// hidden stands where a secret was.
const hidden = "***"

// Redact returns a target's URL without its passwords: in a URL, or what looks
// like one, the password before an @, and the values of parameters whose names
// suggest a secret. A path is not changed. The result may be stored, shown and
// logged; what is opened is url itself.
//
// It hides too much rather than too little: a password may contain any of the
// characters that end one in a proper URL.
func Redact(url string) string {
	shown, _ := redact(url)
	return shown
}

// WithoutItsPassword reports whether url is the address of a server as [Redact] shows one
// that had a password.
func WithoutItsPassword(url string) bool {
	s, ok, err := ParseServer(url)
	return ok && err == nil && s.Password == "" && strings.Contains(url, hidden)
}

// RedactError returns err with a text that shows nothing of what Redact hides in
// url, wherever the error comes from.
func RedactError(url string, err error) error {
	if err == nil {
		return nil
	}
	shown, secrets := redact(url)
	if a, _ := parseURL(url); a.server != nil && a.server.Password != "" && !slices.Contains(secrets, a.server.Password) {
		secrets = append(secrets, a.server.Password)
	}
	if len(secrets) == 0 {
		return err
	}
	text := strings.ReplaceAll(err.Error(), url, shown)
	for _, s := range withPlain(secrets) {
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

// withPlain returns secrets as they stand in a URL, and as they are.
func withPlain(secrets []string) []string {
	all := secrets
	for _, s := range secrets {
		for _, unescape := range []func(string) (string, error){neturl.PathUnescape, neturl.QueryUnescape} {
			if plain, err := unescape(s); err == nil && !slices.Contains(all, plain) {
				all = append(all[:len(all):len(all)], plain)
			}
		}
	}
	return all
}

// shortSecret is the length below which a secret could be a word of the text by
// chance.
const shortSecret = 4

// A redactedError is an error with another text.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }

// Told hides what the notes of the error say.
func (e *redactedError) Told() message.Note { return message.Foreign(e.text) }

func (e *redactedError) Unwrap() error { return e.err }

// redact returns what Redact shows of a target, and what it hides.
func redact(target string) (shown string, secrets []string) {
	if a, err := parseURL(target); err == nil && a.saved != "" && !IsURL(target) {
		return target, nil // a name
	}
	scheme, rest := split(target)
	if scheme != "" {
		named := serverKinds[strings.ToLower(strings.Trim(strings.TrimSuffix(scheme, "://"), copied))] != ""
		rest, secrets = redactUser(rest, named)
	}
	rest, values := redactParameters(rest)
	shown, secrets = scheme+rest, append(secrets, values...)
	if a, err := parseURL(target); err == nil && a.server != nil && a.server.Password != "" && !hides(shown) {
		s := a.server.WithoutPassword().URL()
		return s + string("?&"[strings.Count(s, "?")]) + "password=" + hidden, append([]string{a.server.Password}, secrets...) // the whole first
	}
	return shown, secrets
}

// hides reports whether the address of a server, as it is shown, has no password in it: one
// with a blank or a ; may have been taken for two parameters.
func hides(shown string) bool {
	a, err := parseURL(shown)
	return err == nil && a.server != nil && (a.server.Password == "" || a.server.Password == hidden)
}

// path matches what names a file, whatever the name contains: no scheme, a Windows
// drive, or sqlite: and file: without a host.
var path = regexp.MustCompile(`(?i)^(?:(?:sqlite|file):/{0,1}(?:[^/]|$)|(?:sqlite|file):///|[A-Za-z]:[\\/]|[^:@?&;=]*[/\\])`)

// copied are the blanks and quotes that may be copied along with a URL.
const copied = " \t\r\n\f\v\"'`<"

// schemes matches the scheme of a URL, after those of a driver if there are any, as
// in jdbc:postgresql://; or, without slashes, the name before a colon, such as the
// user's in ann:secret@tcp(host)/db.
var schemes = regexp.MustCompile("^[" + copied + "]*(?:(?:[A-Za-z][A-Za-z0-9+._-]*:)*//|[A-Za-z][A-Za-z0-9+._-]*:)")

// split returns the scheme of a target, "" for a path, and the rest.
func split(target string) (scheme, rest string) {
	if path.MatchString(target) {
		return "", target
	}
	n := len(schemes.FindString(target))
	return target[:n], target[n:]
}

// IsURL reports whether a text that should be a path contains a URL, and so must be
// shown as [Redact] returns it.
func IsURL(text string) bool { return strings.Contains(text, "://") }

// redactUser hides the user's password before the host, or whatever is there if it
// has no name; a name alone is shown where it is known to be one.
func redactUser(rest string, named bool) (shown string, secrets []string) {
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
	if !both && named && !strings.Contains(strings.ToUpper(name), "%3A") && !strings.ContainsAny(name, "/?#@") {
		return rest, nil
	}
	if !both {
		return hidden + rest[at:], []string{name}
	}
	if password == "" {
		return rest, nil
	}
	return name + ":" + hidden + rest[at:], []string{password}
}

// pattern returns a regular expression, which is parsed when it is first used: most commands
// use few.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// secretName matches the names of parameters that hold a secret.
var secretName = pattern(`(?i)pass|pwd|secret|token|credential|signature|(^|[^a-z])(auth|sig|pw)($|[^a-z])|(api|access|account|private|shared|encryption)[ _-]?key|^key$`)

// parameter matches name=value in a query, a fragment, or a list of settings, with
// the value quoted or not.
var parameter = pattern(`(^|[?&;#,\s])([^?&;#,\s=]+(?: ?[^?&;#,\s=]+)?\s*=\s*)('(?:[^'\\]|\\.)*'|"[^"]*"|\{[^}]*\}|[^&;#\s]*)`)

// redactParameters hides the values of secret parameters.
func redactParameters(rest string) (shown string, secrets []string) {
	shown = parameter().ReplaceAllStringFunc(rest, func(all string) string {
		m := parameter().FindStringSubmatch(all)
		name := strings.TrimSpace(strings.TrimRight(strings.TrimSpace(m[2]), "="))
		if plain, err := neturl.QueryUnescape(name); err == nil {
			name = plain
		}
		if m[3] == "" || m[3] == hidden || !secretName().MatchString(name) {
			return all
		}
		secrets = append(secrets, strings.Trim(m[3], `'"{}`))
		return m[1] + m[2] + hidden
	})
	return shown, secrets
}
