package forge

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"prentice/internal/engine/forge"
)

// hub speaks as GitHub does (https://docs.github.com/rest), and as Gitea and Forgejo do,
// whose API v1 has the same words for nearly all of it.
type hub struct {
	*asker
	place forge.Place
}

const perPage = 50 // which all of them allow

type hubUser struct {
	Login string `json:"login"`
}

type hubEnd struct {
	SHA  string `json:"sha"`
	Ref  string `json:"ref"`
	Repo *struct {
		FullName string `json:"full_name"`
	} `json:"repo"`
}

type hubPull struct {
	Number int64   `json:"number"`
	Title  string  `json:"title"`
	Body   string  `json:"body"`
	State  string  `json:"state"`
	Merged bool    `json:"merged"`
	Draft  bool    `json:"draft"`
	User   hubUser `json:"user"`
	Head   hubEnd  `json:"head"`
	Base   hubEnd  `json:"base"`
}

func (p hubPull) ours() forge.Pull {
	// The repository of a fork that is gone is not said: what it was is not known.
	fork := p.Head.Repo == nil || p.Base.Repo == nil || p.Head.Repo.FullName != p.Base.Repo.FullName
	return forge.Pull{Number: p.Number, Title: p.Title, Body: p.Body, Author: p.User.Login, Head: p.Head.SHA, Target: p.Base.Ref, Fork: fork, Draft: p.Draft, Open: p.State == "open", Merged: p.Merged}
}

// page asks for one page. What a page is called is not the same everywhere.
func (h hub) page(n int) url.Values {
	size := "limit"
	if h.place.Kind == forge.GitHub {
		size = "per_page"
	}
	return url.Values{"page": {strconv.Itoa(n)}, size: {strconv.Itoa(perPage)}}
}

func (h hub) open(ctx context.Context, page int) (list []forge.Pull, more bool, err error) {
	query := h.page(page)
	query.Set("state", "open")
	var all []hubPull
	err = h.do(ctx, http.MethodGet, "/pulls", query, nil, &all)
	for _, p := range all {
		list = append(list, p.ours())
	}
	if h.place.Kind == forge.Gitea { // it may be set to give fewer on a page than are asked for
		return list, len(all) > 0, err
	}
	return list, len(all) >= perPage, err
}

func (h hub) pull(ctx context.Context, n int64) (forge.Pull, error) {
	var p hubPull
	err := h.do(ctx, http.MethodGet, "/pulls/"+number(n), nil, nil, &p)
	return p.ours(), err
}

func (h hub) status(ctx context.Context, commit string, s forge.Status) error {
	return h.do(ctx, http.MethodPost, "/statuses/"+commit, nil, map[string]string{"state": string(s.State), "target_url": s.Link, "description": s.Says, "context": s.Context}, nil)
}

func (h hub) me(ctx context.Context) (string, error) {
	var u hubUser
	err := h.do(ctx, http.MethodGet, "//user", nil, nil, &u)
	if err == nil && u.Login == "" {
		err = odd(h.place, "it does not say whose the token is")
	}
	return u.Login, err
}

// comments of Gitea come all at once.
func (h hub) comments(ctx context.Context, pull int64, page int) (list []comment, more bool, err error) {
	var query url.Values
	if h.place.Kind == forge.GitHub {
		query = h.page(page)
	}
	var all []struct {
		ID   int64   `json:"id"`
		Body string  `json:"body"`
		User hubUser `json:"user"`
	}
	err = h.do(ctx, http.MethodGet, "/issues/"+number(pull)+"/comments", query, nil, &all)
	for _, c := range all {
		list = append(list, comment{number(c.ID), c.User.Login, c.Body})
	}
	return list, query != nil && len(all) >= perPage, err
}

func (h hub) say(ctx context.Context, pull int64, text string) (string, error) {
	var c struct {
		ID int64 `json:"id"`
	}
	err := h.do(ctx, http.MethodPost, "/issues/"+number(pull)+"/comments", nil, map[string]string{"body": text}, &c)
	return number(c.ID), err
}

func (h hub) edit(ctx context.Context, _ int64, id, text string) error {
	return h.do(ctx, http.MethodPatch, "/issues/comments/"+url.PathEscape(id), nil, map[string]string{"body": text}, nil)
}

// merged tells Gitea as which commit it was merged, in the words of its versions before 1.26
// and since. GitHub sees it by itself.
func (h hub) merged(ctx context.Context, pull int64, commit string) error {
	if h.place.Kind == forge.GitHub {
		return nil
	}
	return h.do(ctx, http.MethodPost, "/pulls/"+number(pull)+"/merge", nil, map[string]string{"do": "manually-merged", "merge_commit_id": commit, "MergeCommitID": commit}, nil)
}

func (h hub) shut(ctx context.Context, pull int64) error {
	return h.do(ctx, http.MethodPatch, "/pulls/"+number(pull), nil, map[string]string{"state": "closed"}, nil)
}
