package boot

import (
	"context"
	"encoding/hex"
	"net/http"
	"os"
	"path"
	"strings"

	"prentice"
	"prentice/internal/engine/preview"
	"prentice/internal/engine/prototype"
	"prentice/internal/face/feedback"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/environments"
	"prentice/internal/skill/prototyping"
)

// placesOf makes and ends environments for prototypes, through the door.
type placesOf struct{ s *System }

func (p placesOf) Make(ctx context.Context, by prentice.Actor, repository, purpose string) (prentice.Ref, error) {
	purpose = prototype.Clean(purpose, 290)
	made, err := op.Ask[environments.EnvShown](ctx, p.s.App, op.Request{Actor: by, Op: "env.create", In: environments.CreateIn{Repository: repository, Purpose: purpose}})
	return made.Ref, err
}

func (p placesOf) Stop(ctx context.Context, environment prentice.Ref, reason string) error {
	_, err := p.s.App.Invoke(ctx, op.Request{Actor: prentice.Prentice("prototypes"), Op: "env.stop", In: environments.StopIn{EnvIn: environments.EnvIn{Env: environment.Name()}, Reason: reason}})
	if kind := prentice.KindOf(err); kind == prentice.NotFound || kind == prentice.Conflict {
		return nil // it is stopped, or never was
	}
	return err
}

// proposeScaffold proposes what a prototype begins with, for those who may push.
func (s *System) proposeScaffold(ctx context.Context, p prototyping.Scaffold) (prototyping.Change, error) {
	if _, err := s.App.Invoke(ctx, op.Request{Actor: p.By, Op: "repository.push", In: codecontrol.NameIn{Name: p.Repository}}); err != nil {
		return prototyping.Change{}, err
	}
	r, err := s.catalog().Repository(p.Repository)
	if err != nil {
		return prototyping.Change{}, err
	}
	c, _, err := skill.At[*codecontrol.Desk](s.Skills).Draft(ctx, codecontrol.Draft{Repository: r.Ref.Name(), Branch: r.Branch, New: p.Files, Free: p.Free, Message: p.Message, Topic: p.Topic, By: p.By, At: p.At})
	return prototyping.Change{Ref: c.Ref(), State: string(c.State), Owner: c.Owner}, err
}

// visitorsOf is what visitors without an account are asked, and what they answer.
type visitorsOf struct{ s *System }

func (v visitorsOf) desk() *prototyping.Prototypes {
	return skill.At[*prototyping.Desk](v.s.Skills).Prototypes
}

func (v visitorsOf) Ask(ctx context.Context, at feedback.At, visitor string) (feedback.Asked, error) {
	one, err := v.desk().Asked(ctx, at.Environment, at.Token)
	if err != nil {
		return feedback.Asked{}, err
	}
	did, err := v.desk().Visited(ctx, one, visitor)
	out := feedback.Asked{Question: one.Question}
	for _, t := range one.Tasks {
		d := did[t.Name]
		out.Tasks = append(out.Tasks, feedback.Task{Name: t.Name, Says: t.Says, Began: d.Began > 0, Done: d.Done > 0, GaveUp: d.GaveUp > 0})
	}
	return out, err
}

func (v visitorsOf) Say(ctx context.Context, at feedback.At, visitor string, s feedback.Said) error {
	one, err := v.desk().Asked(ctx, at.Environment, at.Token)
	if err != nil {
		return err
	}
	return v.desk().Say(ctx, one, prototype.Feedback{Visitor: visitor, Name: s.Name, Note: s.Note, Page: s.Page}, s.Picture)
}

func (v visitorsOf) Try(ctx context.Context, at feedback.At, visitor, task, how string) error {
	one, err := v.desk().Asked(ctx, at.Environment, at.Token)
	if err != nil {
		return err
	}
	return v.desk().Try(ctx, one, visitor, task, how)
}

// feedbackInPreviews answers below /_prentice/feedback at the name of an environment, for
// those whom the preview has let in.
func (s *System) feedbackInPreviews() http.Handler {
	return feedback.New(feedback.Config{Desk: visitorsOf{s}, Log: s.log, Where: func(r *http.Request) (feedback.At, string, bool) {
		visit, ok := preview.Of(r.Context())
		return feedback.At{Environment: prentice.NewRef("env", visit.Place.ID)}, "/_prentice/feedback", ok
	}})
}

// feedbackByToken answers below /feedback/ for those who have a token.
func (s *System) feedbackByToken() http.Handler {
	root := ""
	if u, err := s.Settings.public(); err == nil && u != nil {
		root = strings.TrimSuffix(u.Path, "/")
	}
	return feedback.New(feedback.Config{Desk: visitorsOf{s}, Root: root, Log: s.log, Where: func(r *http.Request) (feedback.At, string, bool) {
		rest, ok := strings.CutPrefix(r.URL.Path, prototyping.FeedbackPath)
		token, _, _ := strings.Cut(rest, "/")
		return feedback.At{Token: token}, prototyping.FeedbackPath + token, ok && len(token) == 32 && isHex(token)
	}})
}

// forFeedback says whether a request may bring a picture.
func (s *System) forFeedback(r *http.Request) bool {
	path := r.URL.Path
	if u, err := s.Settings.public(); err == nil && u != nil {
		path = strings.TrimPrefix(path, strings.TrimSuffix(u.Path, "/"))
	}
	return strings.HasPrefix(path, prototyping.FeedbackPath)
}

// triedIn says whether a prototype lives in an environment, and asks visitors.
func (s *System) triedIn(ctx context.Context, env string) bool {
	_, err := visitorsOf{s}.desk().Asked(ctx, prentice.NewRef("env", env), "")
	return err == nil
}

// writeFolder writes files into a folder that is new or empty, so that nothing is written over.
func writeFolder(dir string, files map[string]string) error {
	if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
		return prentice.Errorf(prentice.Conflict, "%s is not empty", dir).Try("name a new folder: --into FOLDER")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", dir, err).Try("name another folder: --into FOLDER")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", dir, err).Try("name another folder: --into FOLDER")
	}
	defer root.Close() //nolint:errcheck // what it holds is closed
	for name, text := range files {
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", dir, err).Try("name another folder: --into FOLDER")
		}
		if err := root.WriteFile(name, []byte(text), 0o644); err != nil {
			return prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", dir, err).Try("name another folder: --into FOLDER")
		}
	}
	return nil
}

// isHex says whether a text is what hex.EncodeToString could have written.
func isHex(text string) bool {
	raw, err := hex.DecodeString(text)
	return err == nil && hex.EncodeToString(raw) == text
}
