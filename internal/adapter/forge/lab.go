package forge

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"prentice"
	"prentice/internal/engine/forge"
)

// lab speaks as GitLab does (https://docs.gitlab.com/api/), where a pull request is a merge
// request and a comment is a note.
type lab struct {
	*asker
	place forge.Place
}

type labPull struct {
	IID    int64  `json:"iid"`
	Title  string `json:"title"`
	Body   string `json:"description"`
	State  string `json:"state"` // opened, closed, locked, merged
	Draft  bool   `json:"draft"`
	SHA    string `json:"sha"`
	Target string `json:"target_branch"`
	From   int64  `json:"source_project_id"`
	To     int64  `json:"target_project_id"`
	Author struct {
		Username string `json:"username"`
	} `json:"author"`
}

func (p labPull) ours() forge.Pull {
	return forge.Pull{Number: p.IID, Title: p.Title, Body: p.Body, Author: p.Author.Username, Head: p.SHA, Target: p.Target, Fork: p.From == 0 || p.From != p.To, Draft: p.Draft, Open: p.State == "opened", Merged: p.State == "merged"}
}

func (l lab) page(n int) url.Values {
	return url.Values{"page": {strconv.Itoa(n)}, "per_page": {strconv.Itoa(perPage)}}
}

func (l lab) open(ctx context.Context, page int) (list []forge.Pull, more bool, err error) {
	query := l.page(page)
	query.Set("state", "opened")
	var all []labPull
	err = l.do(ctx, http.MethodGet, "/merge_requests", query, nil, &all)
	for _, p := range all {
		list = append(list, p.ours())
	}
	return list, len(all) >= perPage, err
}

func (l lab) pull(ctx context.Context, n int64) (forge.Pull, error) {
	var p labPull
	err := l.do(ctx, http.MethodGet, "/merge_requests/"+number(n), nil, nil, &p)
	return p.ours(), err
}

// status refuses nothing that GitLab says of a status that stands so already.
func (l lab) status(ctx context.Context, commit string, s forge.Status) error {
	state := string(s.State)
	if s.State == forge.Failure {
		state = "failed"
	}
	err := l.do(ctx, http.MethodPost, "/statuses/"+commit, nil, map[string]string{"state": state, "target_url": s.Link, "description": s.Says, "name": s.Context}, nil)
	if prentice.KindOf(err) == prentice.Conflict { // "Cannot transition status via :enqueue from :pending"
		return nil
	}
	return err
}

func (l lab) me(ctx context.Context) (string, error) {
	var u struct {
		Username string `json:"username"`
	}
	err := l.do(ctx, http.MethodGet, "//user", nil, nil, &u)
	if err == nil && u.Username == "" {
		err = odd(l.place, "it does not say whose the token is")
	}
	return u.Username, err
}

func (l lab) notes(pull int64) string { return "/merge_requests/" + number(pull) + "/notes" }

func (l lab) comments(ctx context.Context, pull int64, page int) (list []comment, more bool, err error) {
	var all []struct {
		ID     int64  `json:"id"`
		Body   string `json:"body"`
		Author struct {
			Username string `json:"username"`
		} `json:"author"`
	}
	err = l.do(ctx, http.MethodGet, l.notes(pull), l.page(page), nil, &all)
	for _, c := range all {
		list = append(list, comment{number(c.ID), c.Author.Username, c.Body})
	}
	return list, len(all) >= perPage, err
}

func (l lab) say(ctx context.Context, pull int64, text string) (string, error) {
	var c struct {
		ID int64 `json:"id"`
	}
	err := l.do(ctx, http.MethodPost, l.notes(pull), nil, map[string]string{"body": text}, &c)
	return number(c.ID), err
}

func (l lab) edit(ctx context.Context, pull int64, id, text string) error {
	return l.do(ctx, http.MethodPut, l.notes(pull)+"/"+url.PathEscape(id), nil, map[string]string{"body": text}, nil)
}

// merged says nothing: GitLab sees by itself that the branch has the commits.
func (l lab) merged(context.Context, int64, string) error { return nil }

func (l lab) shut(ctx context.Context, pull int64) error {
	return l.do(ctx, http.MethodPut, "/merge_requests/"+number(pull), nil, map[string]string{"state_event": "close"}, nil)
}
