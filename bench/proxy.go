package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
	face "prentice/internal/face/preview"
	"prentice/internal/kit/db"
	"prentice/internal/skill/previews"
)

// proxied is what a preview serves.
type proxied struct {
	back *httptest.Server
	desk *previews.Desk
}

func (p *proxied) Place(context.Context, string) (preview.Place, error) {
	return preview.Place{ID: "e1", Name: "e1", Title: "measured", State: preview.Ready, Services: []preview.Service{{Name: "web", Port: 80, Main: true}}}, nil
}

func (p *proxied) Dial(ctx context.Context, _, _ string, _ int) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", p.back.Listener.Addr().String())
}

// proxy is what the proxy of previews costs, beside a reverse proxy of Go's library that
// does nothing else, in the same run.
func proxy(ctx context.Context) ([]figure, error) {
	folder, err := os.MkdirTemp("", "prentice-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	store, err := db.Open(ctx, "sqlite:"+filepath.Join(folder, "prentice.db"))
	if err != nil {
		return nil, err
	}
	defer store.Close()
	body := strings.Repeat("x", 1024)
	p := &proxied{back: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }))} //nolint:errcheck // a client that has gone
	defer p.back.Close()
	front := httptest.NewUnstartedServer(nil)
	domain := preview.Domain{Scheme: "http", Name: preview.Local}
	sk := previews.New(previews.Deps{DB: store, Targets: p, Keys: folder, Domain: func() preview.Domain { return domain }, Clock: time.Now,
		Standing: func(context.Context, string) (prentice.Actor, error) {
			return prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Viewer}, nil
		},
		Record: func(*db.Tx, time.Time, ...prentice.Note) error { return nil }})
	schema, err := fs.Sub(sk.Files, "schema")
	if err == nil {
		err = errors.Join(store.Prepare(ctx), store.Migrate(ctx, "previews", schema))
	}
	if err != nil {
		return nil, err
	}
	p.desk = sk.Self.(*previews.Desk)
	front.Config.Handler = face.New(face.Options{Desk: p.desk, Domain: domain, Site: "http://127.0.0.1", Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	front.Start()
	defer front.Close()
	to, err := url.Parse(p.back.URL)
	if err != nil {
		return nil, err
	}
	bare := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}})
	defer bare.Close()
	key, err := preview.OpenKey(folder)
	if err != nil {
		return nil, err
	}
	pass := key.Seal(preview.Pass{Env: "e1", Person: "ann", Ends: time.Now().Add(time.Hour)}, "e1."+preview.Local)
	ours, plain := asks{front.URL, "prentice_preview_=" + pass}, asks{bare.URL, ""}
	var rates, bases, added []float64
	for range 3 {
		for _, one := range []struct {
			asks
			rates *[]float64
		}{{plain, &bases}, {ours, &rates}} {
			rate, err := one.rate(ctx, 2*time.Second)
			if err != nil {
				return nil, err
			}
			*one.rates = append(*one.rates, rate)
		}
		a, err := plain.median(2000)
		if err != nil {
			return nil, err
		}
		b, err := ours.median(2000)
		if err != nil {
			return nil, err
		}
		added = append(added, float64(b-a)/float64(time.Millisecond))
	}
	slices.Sort(rates)
	slices.Sort(bases)
	slices.Sort(added)
	ratio := rates[1] / bases[1]
	kept := remembered(p.desk)
	return []figure{
		{"proxy.rate", rates[1], "requests/s", "", true, fmt.Sprintf("a page of 1 KiB through a preview, with a pass that is looked at each time, 16 connections, client and service on the same two cores; a bare reverse proxy of Go's library has %.0f here", bases[1])},
		{"proxy.ratio", ratio, "of a bare proxy", "≥ 0.5", ratio >= 0.5, "requests a second beside it, in turns, the median of three"},
		{"proxy.added", added[1], "ms", "≤ 1", added[1] <= 1, "that the median request of one client takes longer than by the bare proxy"},
		{"proxy.remembered", kept, "MB", "", true, "of memory for the last 500 requests of each of 20 previews"},
	}, nil
}

// asks is an address that is asked, with a cookie.
type asks struct{ url, cookie string }

func (a asks) one(c *http.Client) error {
	r, err := http.NewRequest(http.MethodGet, a.url+"/", nil)
	if err != nil {
		return err
	}
	r.Host = "e1." + preview.Local
	if a.cookie != "" {
		r.Header.Set("Cookie", a.cookie)
	}
	res, err := c.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || n != 1024) {
		err = fmt.Errorf("%s: %s with %d bytes", a.url, res.Status, n)
	}
	return err
}

// rate is how many requests a second 16 connections get answered.
func (a asks) rate(ctx context.Context, lasts time.Duration) (float64, error) {
	const many = 16
	ctx, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: many, DisableCompression: true}}
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	begun := time.Now()
	for range many {
		all.Go(func() {
			for ctx.Err() == nil {
				if err := a.one(c); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(begun).Seconds(), nil
}

// median is how long one client waits for most of its requests.
func (a asks) median(n int) (time.Duration, error) {
	c := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	took := make([]time.Duration, 0, n)
	for range n {
		begun := time.Now()
		if err := a.one(c); err != nil {
			return 0, err
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	return took[n/2], nil
}

// remembered is what the requests of 20 previews take, in MB.
func remembered(desk *previews.Desk) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for env := range 20 {
		for n := range preview.MostAsked {
			desk.Asked(fmt.Sprint("m", env), preview.Asked{At: time.Now(), Method: http.MethodGet, Path: fmt.Sprintf("/orders/%d/lines", n), Service: "web", Status: 200, Who: "person/ann"})
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(desk)
	return float64(after.HeapAlloc-before.HeapAlloc) / 1e6
}
