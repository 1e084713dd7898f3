package signintest

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// A Browser is a user in front of a [Provider]'s pages. Its session lasts as long as it.
type Browser struct {
	provider string
	client   *http.Client
}

// Nobody is the user who does not agree.
const Nobody = ""

// NewBrowser returns a browser in which nobody is signed in.
func (p *Provider) NewBrowser() *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // without options there is none
	}
	return &Browser{p.URL, &http.Client{
		Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// SignIn opens a page of the provider, signs a user in there, agrees to all, and returns the
// page that the provider sends the browser to in the end.
func (b *Browser) SignIn(ctx context.Context, page, user string) (text string, err error) {
	back, err := b.Answer(ctx, page, user)
	if err != nil {
		return "", err
	}
	return b.Visit(ctx, back)
}

// Visit returns the text of a page.
func (b *Browser) Visit(ctx context.Context, page string) (text string, err error) {
	shown, err := b.do(ctx, http.MethodGet, page, nil)
	return shown.text, err
}

var (
	formPattern  = regexp.MustCompile(`(?s)<form[^>]*\saction="([^"]*)"[^>]*>(.*?)</form>`)
	inputPattern = regexp.MustCompile(`<input[^>]*>`)
	abortPattern = regexp.MustCompile(`href="([^"]*/abort)"`)
)

// mostPages is how many pages and redirects a sign-in has at most.
const mostPages = 30

// Answer does what SignIn does, and returns the address that the provider sends the browser
// to in the end, without going there. For a page that has nothing left to agree to, such as
// that of a device, it returns the page's own.
func (b *Browser) Answer(ctx context.Context, page, user string) (string, error) {
	method, form := http.MethodGet, url.Values(nil)
	for range mostPages {
		shown, err := b.do(ctx, method, page, form)
		if err != nil {
			return "", err
		}
		method, form = http.MethodGet, nil
		abort := abortPattern.FindStringSubmatch(shown.text)
		found := formPattern.FindStringSubmatch(shown.text)
		switch {
		case shown.location != "":
			next, err := shown.url.Parse(shown.location)
			if err != nil {
				return "", err
			}
			if page = next.String(); !strings.HasPrefix(page, b.provider+"/") {
				return page, nil
			}
		case shown.status != http.StatusOK:
			return "", fmt.Errorf("%s answers %d: %.500s", page, shown.status, shown.text)
		case user == Nobody && abort != nil:
			page = html.UnescapeString(abort[1])
		case found != nil:
			next, err := shown.url.Parse(html.UnescapeString(found[1]))
			if err != nil {
				return "", err
			}
			page, method, form = next.String(), http.MethodPost, fill(found[2], user)
			if user == Nobody && strings.Contains(found[0], "deviceConfirmForm") {
				form.Set("abort", "yes")
				_, err := b.do(ctx, method, page, form)
				return page, err
			}
		default:
			return page, nil
		}
	}
	return "", errors.New("the sign-in has too many pages")
}

// fill fills in a form.
func fill(text, user string) url.Values {
	form := url.Values{}
	for _, input := range inputPattern.FindAllString(text, -1) {
		switch name := attribute(input, "name"); name {
		case "":
		case "login":
			form.Set(name, user)
		case "password":
			form.Set(name, "any")
		default:
			form.Set(name, attribute(input, "value"))
		}
	}
	return form
}

func attribute(tag, name string) string {
	found := regexp.MustCompile(`\s` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}

// shown is an answer to a browser.
type shown struct {
	url      *url.URL
	status   int
	location string
	text     string
}

func (b *Browser) do(ctx context.Context, method, page string, form url.Values) (shown, error) {
	req, err := http.NewRequestWithContext(ctx, method, page, strings.NewReader(form.Encode()))
	if err != nil {
		return shown{}, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(req)
	if err != nil {
		return shown{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return shown{res.Request.URL, res.StatusCode, res.Header.Get("Location"), string(text)}, err
}
