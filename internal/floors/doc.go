// Package floors is what holds the house together, as tests over its sources: who may
// import whom, what one new thing costs, that faces go through the door, that documents
// lead somewhere and words are those of the glossary. It has nothing to run, and nothing
// imports it. Its tests read the repository from the root.
package floors
