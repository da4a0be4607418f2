// Package archive packs files into one compressed tar archive that says of itself
// what it holds, and unpacks it again only if that is true.
//
// Its words: a member is a file in it; the manifest is the last member, and holds the
// name, the size and the SHA-256 of every other one, and what the packer says about
// the whole. Any tar can unpack an archive in an emergency.
//
// It refuses what no archive of ours holds: links and devices, names that lead out of
// the folder, a name twice, a member that the manifest does not have or has
// otherwise, and anything behind the manifest. An archive that was cut off has no
// manifest and is refused with that. A hash is no signature: who can write the
// archive can make another one that is true.
package archive
