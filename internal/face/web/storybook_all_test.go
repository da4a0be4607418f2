package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/all"
)

// allPages are the pages that the skills bring.
func allPages() []op.Page { return skill.Pages(all.Skills(all.Deps{})) }

func testBadges() badges { return skill.States(all.Skills(all.Deps{})) }

// allOps are the canned operations, and of the skills those that only have their
// form drawn.
func allOps(full bool) []op.Op {
	ops := slices.Concat(storyOps(full), moreOps(full), incidentOps(full), securityOps(full), supervisionOps(full), servicesOps(full), silenceOps(full), heartbeatOps(full), hookOps(full), webhookOps(full), standardOps(full), repositoryOps(full), changeOps(full), queueOps(full), flagOps(full), releaseOps(full), prototypeOps(full), previewOps(full), codeOps(full), environmentOps(full), toolOps(full), capacityOps(full), objectiveOps(full), maintenanceOps(full), oncallOps(full))
	for _, s := range all.Skills(all.Deps{Learning: explaining(someLearning(full))}) {
		for _, o := range s.Ops {
			if !slices.ContainsFunc(ops, func(have op.Op) bool { return have.Name == o.Name }) {
				ops = append(ops, o)
			}
		}
	}
	return ops
}

func allStories() []story {
	return slices.Concat(stories, moreStories, incidentStories, securityStories, supervisionStories, servicesStories, silenceStories, heartbeatStories, hookStories, webhookStories, learningStories, repositoryStories, changeStories, queueStories, flagStories, releaseStories, prototypeStories, previewStories, codeStories, environmentStories, toolStories, capacityStories, objectiveStories, maintenanceStories, oncallStories)
}

// storybook is a site with all pages. With little to show, it is also a site on
// which work is stopped and paused.
func storybook(t *testing.T, full bool) *world {
	w := newWorld(t, allPages(), allOps(full)...)
	w.site.o.Counts = func(context.Context, prentice.Actor) map[string]int {
		return map[string]int{"/inbox": 7, "/incidents": 3, "/runs": 140}
	}
	if !full {
		w.site.o.Stopped = func(context.Context) (bool, string) {
			return true, "person/olga stopped it 4 min ago: the load balancer is being replaced"
		}
		w.site.o.Paused = func(context.Context) (bool, string) {
			return true, "Work that no person started waits since prentice did not end in order"
		}
	}
	return w
}

func TestEveryPageHasAStory(t *testing.T) {
	mux, told := http.NewServeMux(), map[string]bool{}
	for _, p := range allPages() {
		mux.HandleFunc("GET "+p.Path, http.NotFound)
	}
	for _, s := range allStories() {
		_, pattern := mux.Handler(httptest.NewRequest(http.MethodGet, s.path, nil))
		told[pattern] = true
	}
	for _, p := range allPages() {
		if !told["GET "+p.Path] {
			t.Errorf("page %s has no story; add one to storybook_*_test.go, with canned data for %s", p.Path, p.Op)
		}
	}
}
