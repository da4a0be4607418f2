package story

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/skill/environments"
	"prentice/internal/skill/prototyping"
)

// previewFiles are what the repository of the shop says of an environment, with a database
// where this machine has one.
func previewFiles(database bool) map[string]string {
	if !database {
		return map[string]string{"compose.yaml": strings.ReplaceAll(composeFile, "COUNT", "3")}
	}
	return map[string]string{"compose.yaml": strings.ReplaceAll(composeFile, "COUNT", "$$(psql -Atc 'select count(*) from prices' postgresql://shop:word@db/shop)") + `    depends_on: {migrate: {condition: service_completed_successfully}}
  migrate:
    command: ["psql", "-v", "ON_ERROR_STOP=1", "postgresql://shop:word@db/shop", "-c", "create table prices (n int)", "-c", "insert into prices select generate_series(1, 3)"]
    x-prentice: {sandbox: true}
    depends_on: {db: {condition: service_healthy}}
  db:
    image: postgres
    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: word, POSTGRES_DB: shop}
    healthcheck: {test: ["CMD-SHELL", "pg_isready -U shop -d shop"], interval: 1s, start_interval: 200ms, start_period: 1m}
    volumes: [data:/var/lib/postgresql/data]
volumes:
  data: {}
`}
}

// composeFile has a page of one line, by a program that is on every machine.
const composeFile = `services:
  web:
    command:
      - sh
      - -c
      - |
        export PAGE="<!doctype html><html lang=en><title>Prices</title><h1>COUNT prices</h1></html>"
        exec perl -MIO::Socket::INET -e '$$p=$$ENV{PAGE};$$s=IO::Socket::INET->new(LocalAddr=>"0.0.0.0",LocalPort=>8080,Listen=>64,ReuseAddr=>1) or die $$!; while($$c=$$s->accept){while(<$$c>){last if /^\r?\n$$/} print $$c "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nContent-Length: ".length($$p)."\r\n\r\n".$$p; close $$c}'
    expose: ["8080"]
    x-prentice: {sandbox: true}
`

// hasDatabase says whether this machine has the programs of PostgreSQL.
func hasDatabase() bool {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres") //nolint:errcheck // the pattern is right
	_, err := exec.LookPath("postgres")
	return len(found) > 0 || err == nil
}

// previews: the change has a place of its own before it lands, and someone without an account
// says what they think of it.
func (p *play) previews(ctx context.Context) error {
	p.chapter("A preview of the change, and what a customer says")
	if err := p.pushesProgram(ctx, "feat: prices", "echo prices"); err != nil {
		return err
	}
	if _, err := exec.LookPath("perl"); err != nil {
		p.says("Its page is served by perl, which this machine has not: change/1 has no preview here.")
		return nil
	}
	p.now("●", "change/1 is pushed, and not reviewed yet. ann asks for an environment of it:")
	if _, err := p.types(ctx, "ann", true, "prentice", "env", "create", "--change", "1", "--backend", "sandbox"); err != nil {
		return err
	}
	var env environments.EnvShown
	if err := p.awaitFor(ctx, checking, "the environment is ready", func(ctx context.Context) (is bool, err error) {
		env, err = ask[environments.EnvShown](ctx, p.owner, "env.show", map[string]any{"env": "1"})
		if state := string(env.State); err == nil && (state == "failed" || state == "stopped") {
			err = prentice.Errorf(prentice.Internal, "the environment is %s: %s", state, env.Says).Try("look at what its services printed: prentice env logs 1")
		}
		return string(env.State) == "ready", err
	}); err != nil {
		return err
	}
	what := "with a PostgreSQL of its own, which the change has migrated"
	if !hasDatabase() {
		what = "without a database, because this machine has no PostgreSQL"
	}
	p.now("●", "It is ready, "+what+". A customer without an account gets a link to it, and there is a question to them:")
	if _, err := p.types(ctx, "ann", true, "prentice", "prototype", "new", "prices", "--question", "Do people find the prices?", "--technique", "clickable-pages", "--owner", "group/shop", "--decide-by", time.Now().AddDate(0, 1, 0).Format(time.DateOnly)); err != nil {
		return err
	}
	if _, err := p.quietly(ctx, "ann", "prentice", "prototype", "live", "prices", "--environment", "env/"+env.ID); err != nil {
		return err
	}
	out, err := p.types(ctx, "ann", true, "prentice", "link", "create", "change-1", "--note", "for a customer")
	if err != nil {
		return err
	}
	return holdAll(p.visits(ctx, regexp.MustCompile(`http://\S+/_prentice/link/\S+`).FindString(out)), p.breathe(ctx, long))
}

// visits follows a share link as a browser does, and says what it thinks.
func (p *play) visits(ctx context.Context, link string) error {
	jar, _ := cookiejar.New(nil) //nolint:errcheck // it never fails
	visitor := &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		to, err := url.Parse(p.URL) // what browsers know: each name below localhost is this machine
		if err != nil {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, network, to.Host)
	}}}
	page, err := asks(ctx, visitor, http.MethodGet, link, "", nil)
	if err := holdAll(err, p.hold(strings.Contains(page, "<h1>3 prices</h1>"), "the visitor sees the page of the change: %s", page)); err != nil {
		return err
	}
	p.now("●", "The customer's browser shows: 3 prices. They write a note on the page itself:")
	at, err := url.Parse(link)
	if err != nil {
		return err
	}
	var form bytes.Buffer
	fields := multipart.NewWriter(&form)
	for _, f := range [][2]string{{"note", "The prices are good, and too small"}, {"name", "Eve"}} {
		if err := fields.WriteField(f[0], f[1]); err != nil {
			return err
		}
	}
	if err := fields.Close(); err != nil {
		return err
	}
	said, err := asks(ctx, visitor, http.MethodPost, "http://"+at.Host+"/_prentice/feedback", fields.FormDataContentType(), &form)
	if err := holdAll(err, p.hold(strings.Contains(said, "Thank you"), "the note is taken: %s", said)); err != nil {
		return err
	}
	shown, err := ask[prototyping.PrototypeShown](ctx, p.owner, "prototype.show", map[string]any{"prototype": "prices"})
	if err != nil {
		return err
	}
	if err := p.hold(strings.Contains(shown.Text(), "Eve: The prices are good"), "what Eve said is with the prototype: %s", shown.Text()); err != nil {
		return err
	}
	p.fact("", "Eve: The prices are good, and too small")
	_, err = p.types(ctx, "ann", true, "prentice", "env", "stop", "1", "--reason", "Eve has seen it")
	return err
}

// asks is one request, and what the page says that it ends at.
func asks(ctx context.Context, c *http.Client, method, to, media string, body io.Reader) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, to, body)
	if err != nil {
		return "", err
	}
	r.Header.Set("Accept", "text/html")
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	answer, err := c.Do(r)
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "the preview does not answer: %w", err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	return string(raw), err
}
