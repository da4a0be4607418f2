package boot

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/face/alertmanager"
	"prentice/internal/face/api"
	"prentice/internal/face/hook"
	"prentice/internal/face/ical"
	"prentice/internal/face/ofrep"
	"prentice/internal/face/pager"
	"prentice/internal/face/web"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/previews"
	"prentice/internal/skill/prototyping"
	"prentice/internal/skill/supervision"
	"prentice/internal/skill/support"
)

// faces is everything that is answered over HTTP. The secret is that of the data
// folder's whereabouts.
func (s *System) faces(build Build, secret string) (http.Handler, error) {
	public, err := s.Settings.public()
	if err != nil {
		return nil, err
	}
	pages, err := web.New(web.Options{
		Door: s.App, Ops: s.App.Ops(), Pages: skill.Pages(s.Skills), Refs: skill.Refs(s.Skills), States: skill.States(s.Skills), Identity: identity.Sessions{Identity: s.Identity}, Log: s.log, Hosts: s.Settings.hosts(), Public: public,
		Preview: previews.Through{Door: s.App}.Open,
		Stopped: s.stopped, Paused: s.paused, Drained: func() bool { return s.runner.Draining() }, Counts: s.counts, Changed: s.Identity.Changed,
	})
	if err != nil {
		return nil, err
	}
	through := support.Through{Door: s.App}
	calls, err := api.New(api.Config{Door: s.App, Unread: s.unread(through), Ops: s.App.Ops(), Authenticate: s.authenticate, Version: build.Version, Public: address(public), Secret: secret, Changed: s.Identity.Changed, Log: s.log, Content: s.takeContent,
		Ready: s.readiness().ask})
	if err != nil {
		return nil, err
	}
	hooks := hook.New(hook.Config{Send: func(ctx context.Context, by prentice.Actor, e prentice.Event) (any, error) {
		return through.Send(ctx, by, e)
	}, Authenticate: s.authenticate, Named: named{s}, Log: s.log})
	silences := alertmanager.New(alertmanager.Config{Silences: silencesOf{through}, Authenticate: s.authenticate, Clock: time.Now, Log: s.log})
	flags := ofrep.New(ofrep.Config{Flags: flagsOf{s.App}, Authenticate: s.authenticate, Log: s.log})
	s.previews = s.newPreviews()
	mux := http.NewServeMux()
	for _, path := range []string{"/v1/", "/openapi.json", "/healthz", "/metrics", "/readyz"} {
		mux.Handle(path, calls)
	}
	mux.Handle("/v1/events", hooks)
	mux.Handle("/v1/alertmanager", hooks)
	mux.Handle("/v1/grafana", hooks)
	mux.Handle("/v1/hook/", hooks)
	mux.Handle("/api/v2/", silences)
	mux.Handle(ical.Path, s.icalFace())
	pagers := s.pagerFace(through)
	for _, path := range pager.Paths() {
		mux.Handle(path, pagers)
	}
	mux.Handle(ofrep.Path, flags)
	mux.Handle(prototyping.FeedbackPath, s.feedbackByToken())
	mux.Handle(gitPath, s.hosting.HTTP(gitPath, s.gitDoor()))
	s.handleStatus(mux)
	mux.Handle("/", pages)
	if err := reached(mux, skill.Pages(s.Skills)); err != nil {
		return nil, err
	}
	all, err := below(public, skill.Pages(s.Skills), mux)
	if err != nil {
		return nil, err
	}
	root := ""
	if public != nil {
		root = public.Path
	}
	proxies, err := s.Settings.proxies()
	return behind(proxies, s.besides(s.orPings(root, all))), err
}

// reached refuses a face that takes the address of a page.
func reached(mux *http.ServeMux, pages []op.Page) error {
	for _, p := range pages {
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: p.Path}}
		if _, pattern := mux.Handler(r); pattern != "/" {
			return prentice.Errorf(prentice.Internal, "the page %s is not reached: %s takes its address", p.Path, pattern)
		}
	}
	return nil
}

// unread writes down what was asked of the API with a body that was not read. The
// sender of an event does not send it again, so what was lost is told of.
func (s *System) unread(through support.Through) api.Unread {
	return func(ctx context.Context, by prentice.Actor, operation string, why *prentice.Error) {
		s.App.Unread(ctx, by, operation, why)
		if operation != "event.send" || why.Kind != prentice.Limited {
			return
		}
		if _, err := through.Send(ctx, by, hook.TooLarge(by, "/v1/op/"+operation, why)); err != nil {
			s.log.Warn("a message that is too large", "sender", by.Ref(), "err", err)
		}
	}
}

// counts is what stands beside the words of the menu. Anyone who may not count sees
// none.
func (s *System) counts(ctx context.Context, actor prentice.Actor) map[string]int {
	c, err := op.Ask[supervision.Count](ctx, s.App, op.Request{Actor: actor, Op: "inbox.count"})
	if err != nil {
		return nil
	}
	counts := map[string]int{"/incidents": c.Broken, "/runs": c.Running}
	if actor.MightAsk("run.approve", prentice.Approver) || actor.MightAsk("run.confirm", prentice.Operator) { // no one else can answer
		counts["/inbox"] = c.Waiting
	}
	return counts
}

// authenticate says whose token a request carries.
func (s *System) authenticate(r *http.Request) (prentice.Actor, error) {
	header := r.Header.Get("Authorization")
	token, found := strings.CutPrefix(header, "Bearer ")
	if !found {
		return prentice.Actor{}, nil
	}
	return s.bearer(r.Context(), strings.TrimSpace(token))
}
