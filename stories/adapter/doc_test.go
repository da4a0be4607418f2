// Package adapter tries what prentice says to servers of others against servers that
// others wrote, where the library of such a server is nothing that the program needs.
package adapter
