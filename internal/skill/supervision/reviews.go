package supervision

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

type reviewsIn struct {
	All    bool  `json:"all,omitempty" doc:"Closed ones too."`
	Before int64 `json:"before,omitempty" doc:"A cursor: only runs with a smaller number." minimum:"1"`
}

type closeIn struct {
	which
	Says string `json:"says" doc:"What you found: was it right, and what follows; at least 10 letters." maxLength:"2000"`
}

// Reviews is a page of reviews.
type Reviews struct {
	Reviews []run.Review `json:"reviews"`
	Next_   string       `json:"next,omitempty"`
}

// Table implements op.Tabler.
func (r Reviews) Table() (head []string, rows [][]string) {
	head = []string{"RUN", "PROCEDURE", "USED BY", "OPENED (UTC)", "REASON", "CLOSED BY", "FOUND"}
	for _, v := range r.Reviews {
		rows = append(rows, []string{fmt.Sprintf("run/%d", v.Run), v.Procedure, string(v.By), op.Cell(v.Opened), v.Reason, string(v.Closer), v.Says})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (r Reviews) Empty() string { return "No review is open." }

// Next implements op.Pager.
func (r Reviews) Next() string { return r.Next_ }

func (d Deps) reviews(ctx context.Context, _ op.Call, in reviewsIn) (Reviews, error) {
	list, err := d.Runner.Reviews(ctx, !in.All, in.Before)
	out := Reviews{Reviews: list}
	if len(list) == reviewsShown {
		out.Next_ = fmt.Sprint(list[len(list)-1].Run)
	}
	return out, err
}

// ReviewOut is one review.
type ReviewOut struct{ run.Review }

// Text implements op.Texter.
func (v ReviewOut) Text() string {
	text := fmt.Sprintf("run/%d  %s %s  %s on %s\n%s used break-glass at %s: %s\n", v.Run, v.State.Sign(), v.State, v.Procedure, v.Subject, v.By, op.At(v.Opened), v.Review.Reason)
	if v.Closed.IsZero() {
		return text + fmt.Sprintf("Open. Another person closes it with: prentice review close run/%d --says '…'\n", v.Run)
	}
	return text + fmt.Sprintf("Closed by %s at %s: %s\n", v.Closer, op.At(v.Closed), v.Says)
}

func (d Deps) review(ctx context.Context, _ op.Call, in which) (ReviewOut, error) {
	n, err := in.number()
	if err != nil {
		return ReviewOut{}, err
	}
	return d.reviewOf(ctx, n)
}

func (d Deps) reviewOf(ctx context.Context, run int64) (ReviewOut, error) {
	list, err := d.Runner.Reviews(ctx, !onlyOpen, run+1)
	if err != nil {
		return ReviewOut{}, err
	}
	if len(list) == 0 || list[0].Run != run {
		return ReviewOut{}, prentice.Errorf(prentice.NotFound, "no one used break-glass on run/%d", run).Try("list the reviews with: prentice review list --all")
	}
	return ReviewOut{list[0]}, nil
}

func (d Deps) closeReview(ctx context.Context, c op.Call, in closeIn) (ReviewOut, error) {
	n, err := in.number()
	if err != nil {
		return ReviewOut{}, err
	}
	if err := d.Runner.CloseReview(ctx, n, c.Actor, in.Says); err != nil {
		return ReviewOut{}, err
	}
	return d.reviewOf(ctx, n)
}
