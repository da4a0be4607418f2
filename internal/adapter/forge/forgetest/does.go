package forgetest

import (
	"net/http"
	"slices"
	"strconv"

	"prentice/internal/engine/forge"
)

func (s *Server) user(asked) (int, any) {
	return http.StatusOK, map[string]any{"id": 7, "login": Bot, "username": Bot}
}

// shown is a pull request as the kind of forge shows it.
func (s *Server) shown(p *Pull) map[string]any {
	from := Project
	if p.Fork {
		from = p.Author + "/shop"
	}
	if s.Kind == forge.GitLab {
		state, source := "opened", 1
		if p.Fork {
			source = 2
		}
		if p.Merged {
			state = "merged"
		} else if !p.Open {
			state = "closed"
		}
		return map[string]any{"id": 1000 + p.Number, "iid": p.Number, "title": p.Title, "description": p.Body, "state": state, "draft": p.Draft, "sha": p.Head, "source_branch": p.Source, "target_branch": p.Target,
			"source_project_id": source, "target_project_id": 1, "author": map[string]any{"id": 3, "username": p.Author}}
	}
	state := "closed"
	if p.Open {
		state = "open"
	}
	return map[string]any{"id": 1000 + p.Number, "number": p.Number, "title": p.Title, "body": p.Body, "state": state, "merged": p.Merged, "draft": p.Draft, "user": map[string]any{"id": 3, "login": p.Author},
		"head": map[string]any{"sha": p.Head, "ref": p.Source, "repo": map[string]any{"full_name": from}}, "base": map[string]any{"ref": p.Target, "repo": map[string]any{"full_name": Project}}}
}

func (s *Server) find(number int64) *Pull {
	i := slices.IndexFunc(s.pulls, func(p *Pull) bool { return p.Number == number })
	if i < 0 {
		return nil
	}
	return s.pulls[i]
}

var none = map[string]any{"message": "Not Found"}

// cut is a page of a list.
func cut[T any](in asked, list []T) []T {
	page, _ := strconv.Atoi(in.query.Get("page")) //nolint:errcheck // 0 is the first
	size := 30
	for _, name := range []string{"limit", "per_page"} {
		if n, err := strconv.Atoi(in.query.Get(name)); err == nil {
			size = min(n, 50)
		}
	}
	from := min(max(page-1, 0)*size, len(list))
	return list[from:min(from+size, len(list))]
}

func (s *Server) list(in asked) (int, any) {
	all := []map[string]any{}
	for _, p := range s.pulls {
		if p.Open {
			all = append(all, s.shown(p))
		}
	}
	return http.StatusOK, cut(in, all)
}

func (s *Server) one(in asked) (int, any) {
	if p := s.find(in.number(0)); p != nil {
		return http.StatusOK, s.shown(p)
	}
	return http.StatusNotFound, none
}

func (s *Server) change(in asked) (int, any) {
	p := s.find(in.number(0))
	if p == nil {
		return http.StatusNotFound, none
	}
	if in.text("state") == "closed" || in.text("state_event") == "close" {
		p.Open = false
	}
	if s.Kind == forge.Gitea {
		return http.StatusCreated, s.shown(p)
	}
	return http.StatusOK, s.shown(p)
}

func (s *Server) merge(in asked) (int, any) {
	p := s.find(in.number(0))
	switch {
	case p == nil:
		return http.StatusNotFound, none
	case in.text("do") != "manually-merged" || in.text("merge_commit_id") == "":
		return http.StatusMethodNotAllowed, map[string]any{"message": "not allowed"}
	}
	if _, err := s.git(s.Dir, "merge-base", "--is-ancestor", in.text("merge_commit_id"), "refs/heads/main"); err != nil {
		return http.StatusConflict, map[string]any{"message": "Wrong commit ID"}
	}
	p.Open, p.Merged = false, true
	return http.StatusOK, nil
}

// status of GitLab refuses one that stands so already, as GitLab does.
func (s *Server) status(in asked) (int, any) {
	one := Status{Commit: in.at[0], Context: in.text("context"), State: in.text("state"), Says: in.text("description"), Link: in.text("target_url")}
	words := []string{"pending", "success", "failure", "error"}
	if s.Kind == forge.GitLab {
		one.Context, words = in.text("name"), []string{"pending", "running", "success", "failed", "canceled", "skipped"}
	}
	if !slices.Contains(words, one.State) || len(one.Says) > 140 {
		s.fault("a status is %q: %q", one.State, one.Says)
		return http.StatusUnprocessableEntity, map[string]any{"message": "no such state"}
	}
	if _, err := s.git(s.Dir, "cat-file", "-e", one.Commit+"^{commit}"); err != nil {
		return http.StatusNotFound, none
	}
	if s.Kind == forge.GitLab {
		for i := len(s.statuses) - 1; i >= 0; i-- {
			if old := s.statuses[i]; old.Commit == one.Commit && old.Context == one.Context {
				if old.State == one.State {
					return http.StatusBadRequest, map[string]any{"message": "Cannot transition status via :enqueue from :" + one.State}
				}
				break
			}
		}
	}
	s.statuses = append(s.statuses, one)
	return http.StatusCreated, map[string]any{"id": len(s.statuses)}
}

func (s *Server) told(c Comment) map[string]any {
	who := map[string]any{"id": 3, "login": c.Author, "username": c.Author}
	return map[string]any{"id": c.ID, "body": c.Text, "user": who, "author": who}
}

func (s *Server) talk(in asked) (int, any) {
	all := []map[string]any{}
	for _, c := range s.comments {
		if c.Pull == in.number(0) {
			all = append(all, s.told(c))
		}
	}
	if s.Kind == forge.Gitea {
		return http.StatusOK, all
	}
	return http.StatusOK, cut(in, all)
}

func (s *Server) say(in asked) (int, any) {
	if s.find(in.number(0)) == nil {
		return http.StatusNotFound, none
	}
	s.next++
	c := Comment{ID: s.next, Pull: in.number(0), Author: Bot, Text: in.text("body")}
	s.comments = append(s.comments, c)
	return http.StatusCreated, s.told(c)
}

func (s *Server) edit(in asked) (int, any) {
	id := in.number(len(in.at) - 1)
	for i := range s.comments {
		if c := &s.comments[i]; c.ID == id {
			if c.Author != Bot {
				return http.StatusForbidden, map[string]any{"message": "not yours"}
			}
			c.Text, c.Edits = in.text("body"), c.Edits+1
			return http.StatusOK, s.told(*c)
		}
	}
	return http.StatusNotFound, none
}
