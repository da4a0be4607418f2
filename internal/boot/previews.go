package boot

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"prentice/internal/adapter/certificate"
	"prentice/internal/engine/preview"
	facepreview "prentice/internal/face/preview"
	"prentice/internal/skill"
	"prentice/internal/skill/previews"
)

// previewDomain is the domain of previews, with the port by which they are reached.
func (s *System) previewDomain() preview.Domain {
	at := s.Settings.Preview.Listen
	switch {
	case s.previewsAt != nil:
		at = s.previewsAt.Addr().String()
	case at != "":
	default:
		served := s.served
		if served == "" {
			served = s.url()
		}
		if u, err := url.Parse(served); err == nil {
			at = u.Host
		}
	}
	return s.Settings.Preview.at(at)
}

// previewKey is the key of passes and links, which replicas share.
func (s *System) previewKey() (preview.Key, error) { return preview.OpenKey(s.path("keys")) }

func (s *System) previewDeps() previews.Deps {
	return previews.Deps{DB: s.db, Targets: &targets{s: s}, Keys: s.path("keys"), Domain: s.previewDomain, Standing: s.Identity.Standing, Clock: time.Now, Record: s.ledger.Append, Log: s.log}
}

// newPreviews is the proxy, for which the chapter answers.
func (s *System) newPreviews() *facepreview.Face {
	desk := skill.At[*previews.Desk](s.Skills)
	return facepreview.New(facepreview.Options{Desk: desk, Domain: s.previewDomain(), Site: s.Settings.forPeople(s.served), Feedback: s.feedbackInPreviews(), Tried: s.triedIn, Clock: time.Now, Log: s.log})
}

// besides lets previews answer at their names, and everything else at all others. Where
// previews have an address of their own they answer there alone.
func (s *System) besides(all http.Handler) http.Handler {
	peer := facepreview.Peer{Key: s.previewKey, Dial: (&targets{s: s}).dialHere, Clock: time.Now}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Settings.Replica != "" && r.URL.Path == facepreview.PeerPath {
			peer.ServeHTTP(w, r)
			return
		}
		if s.previewsAt == nil && s.previews.Serves(r) {
			s.previews.ServeHTTP(w, r)
			return
		}
		all.ServeHTTP(w, r)
	})
}

// isLong says whether the body of a request may be long.
func (s *System) isLong(r *http.Request) bool {
	return s.previewsAt == nil && s.previews.Serves(r) || s.forGit(r) || s.forFeedback(r)
}

// listenPreviews takes the address of previews, where they have one of their own.
func (s *System) listenPreviews(ctx context.Context) (err error) {
	if s.Settings.Preview.Listen == "" {
		return nil
	}
	s.previewsAt, err = listen(ctx, s.Settings.Preview.Listen)
	return err
}

// servePreviews answers at the address of previews until ctx ends.
func (s *System) servePreviews(ctx context.Context) error {
	proxies, err := s.Settings.proxies()
	if err != nil {
		return err
	}
	server := &http.Server{Handler: behind(proxies, s.previews), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	guarded(server, func(*http.Request) bool { return true })
	listener := s.previewsAt
	if conf := s.previewTLS(); conf != nil {
		server.Protocols.SetHTTP2(true)
		server.TLSConfig = conf
	} else {
		server.Protocols.SetUnencryptedHTTP2(true)
	}
	answered := make(chan error, 1)
	go func() {
		if server.TLSConfig != nil {
			answered <- server.ServeTLS(listener, "", "")
			return
		}
		answered <- server.Serve(listener)
	}()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
	}
	soon, enough := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer enough()
	if server.Shutdown(soon) != nil {
		err = server.Close() // streams do not end by themselves
	}
	if end := <-answered; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

// previewTLS is how previews are encrypted; nil is not at all.
func (s *System) previewTLS() *tls.Config {
	set := s.Settings.Preview
	switch {
	case set.Cert != "":
		return certificate.Files(set.Cert, set.Key, s.log)
	case set.ACME != "":
		return certificate.ACME(certificate.Authority{Directory: set.ACME, Email: set.Email, Root: set.ACMERoot, Keep: s.path("certificates"), Named: s.hasPreview, Log: s.log})
	}
	return nil
}

// hasPreview says whether a name is that of an environment that is there: certificates are
// asked for no other, since anyone can ask for any name.
func (s *System) hasPreview(ctx context.Context, host string) error {
	d := s.previewDomain()
	named, ok := d.Named(host)
	if !ok {
		return errors.New("no preview has this name")
	}
	p, err := skill.At[*previews.Desk](s.Skills).Place(ctx, named.Place)
	if err != nil {
		return err
	}
	if _, ok := p.Service(named.Service); !ok || p.State == preview.Stopped {
		return errors.New("no service answers at this name")
	}
	return nil
}
