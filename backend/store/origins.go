package store

import (
	"net/url"
	"strings"
	"unicode"

	"linefeed/backend/message"
)

// IsOrigin reports whether a text is the origin of a page: scheme://host, or
// scheme://host:port (RFC 6454, section 6.2).
func IsOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme != "" && u.Host != "" && u.Scheme+"://"+u.Host == text
}

// CheckOrigin returns why a text is no origin as browsers send them; the error wraps
// ErrBadSetting.
func CheckOrigin(text string) error {
	switch strings.ToLower(text) {
	case "*":
		return message.NewError(ErrBadSetting, "origin_any", "origin_each")
	case "null":
		return message.NewError(ErrBadSetting, "origin_null", "origin_each")
	}
	u, err := url.Parse(text)
	if err != nil || !strings.Contains(text, "://") || u.Hostname() == "" {
		if guess := sent("https://" + text); guess != "" && !strings.Contains(text, ":/") {
			return message.NewError(ErrBadSetting, "origin_scheme", "origin_write", "origin", text, "written", guess)
		}
		return message.NewError(ErrBadSetting, "origin_bad", "origin_each", "origin", text)
	}
	as := sent(text)
	switch {
	case as == "":
		return message.NewError(ErrBadSetting, "origin_ascii", "origin_in_page", "origin", text)
	case as == text:
		return nil
	case strings.EqualFold(u.Scheme+"://"+u.Host, text):
		return message.NewError(ErrBadSetting, "origin_never", "origin_write", "origin", text, "written", as)
	}
	return message.NewError(ErrBadSetting, "origin_more", "origin_write", "origin", text, "written", as)
}

// sent returns the origin of a page with an address, as browsers send it; "" where that is
// not known.
func sent(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII }) {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch scheme { // the port that goes without saying
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return scheme + "://" + strings.TrimSuffix(host, ":")
}
