// Log-checker checks a directory of a transparency log (C2SP tlog-tiles) with Go's sumdb packages, which know nothing of
// the program that wrote it: log-checker DIRECTORY VERIFIER-KEY.
//
// Beside what C2SP names, the directory has in proof/: checkpoints of earlier sizes (SIZE.checkpoint), receipts
// (INDEX.tlog-proof) and requests to witnesses (OLD-NEW.add-checkpoint), all of them signed by the one key.
//
// It prints what it checked; at the first thing that is wrong it says so and exits with status 1.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: log-checker DIRECTORY VERIFIER-KEY")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A log is what was read so far.
type log struct {
	dir      string
	verifier note.Verifier
	head     tlog.Tree
	entries  [][]byte
	// Hashes of the tree over entries, by tlog.StoredHashIndex.
	hashes []tlog.Hash
}

func check(dir, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	l := &log{dir: dir, verifier: verifier}
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	if l.head, err = l.checkpoint(data); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := l.readEntries(); err != nil {
		return err
	}
	if err := l.checkRoot(l.head); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	tiles, err := l.checkTiles()
	if err != nil {
		return err
	}
	proofs, err := l.checkProofs()
	if err != nil {
		return err
	}
	fmt.Printf("entries %d\ntiles %d\n", len(l.entries), tiles)
	for _, kind := range []string{".checkpoint", ".tlog-proof", ".add-checkpoint"} {
		fmt.Printf("%s %d\n", kind[1:], proofs[kind])
	}
	return nil
}

// checkpoint verifies a signed checkpoint and reads the head.
func (l *log) checkpoint(data []byte) (tlog.Tree, error) {
	n, err := note.Open(data, note.VerifierList(l.verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != l.verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("unexpected text %q", n.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// path is where C2SP puts a tile of height 8, and entries for level -1.
func path(t tlog.Tile) string {
	name := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
	return strings.Replace(name, "tile/data/", "tile/entries/", 1)
}

// needed lists the tiles of a tree. Go's list has partial tiles of every width: only the widest is kept.
func needed(size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for _, t := range tlog.NewTiles(8, 0, size) {
		if last := len(tiles) - 1; last >= 0 && tiles[last].L == t.L && tiles[last].N == t.N {
			tiles[last] = t
		} else {
			tiles = append(tiles, t)
		}
	}
	return tiles
}

func (l *log) readEntries() error {
	read := func(indexes []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			list[i] = l.hashes[index]
		}
		return list, nil
	}
	for _, t := range needed(l.head.N) {
		if t.L != 0 {
			continue
		}
		t.L = -1
		bundle, err := os.ReadFile(filepath.Join(l.dir, path(t)))
		if err != nil {
			return err
		}
		entries, err := split(bundle, t.W)
		if err != nil {
			return fmt.Errorf("%s: %w", path(t), err)
		}
		for _, entry := range entries {
			added, err := tlog.StoredHashes(int64(len(l.entries)), entry, tlog.HashReaderFunc(read))
			if err != nil {
				return err
			}
			l.entries = append(l.entries, entry)
			l.hashes = append(l.hashes, added...)
		}
	}
	return nil
}

// split takes an entry bundle apart.
func split(bundle []byte, count int) ([][]byte, error) {
	var entries [][]byte
	for len(entries) < count {
		if len(bundle) < 2 {
			return nil, fmt.Errorf("%d entries of %d", len(entries), count)
		}
		size := int(binary.BigEndian.Uint16(bundle))
		if bundle = bundle[2:]; len(bundle) < size {
			return nil, fmt.Errorf("entry %d is cut off", len(entries))
		}
		entries, bundle = append(entries, bundle[:size]), bundle[size:]
	}
	if len(bundle) > 0 {
		return nil, fmt.Errorf("%d bytes left over", len(bundle))
	}
	return entries, nil
}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(l.hashes)) {
			return nil, fmt.Errorf("no hash %d in a tree of %d entries", index, len(l.entries))
		}
		list[i] = l.hashes[index]
	}
	return list, nil
}

// checkRoot compares a head with the tree over the entries.
func (l *log) checkRoot(head tlog.Tree) error {
	if head.N > int64(len(l.entries)) {
		return fmt.Errorf("size %d with %d entries", head.N, len(l.entries))
	}
	if head.N == 0 {
		return nil
	}
	root, err := tlog.TreeHash(head.N, l)
	if err == nil && root != head.Hash {
		err = fmt.Errorf("the root of %d entries is %v, not %v", head.N, root, head.Hash)
	}
	return err
}

// checkTiles compares every tile and entry bundle there is with the tree over the entries, sees to it that none is missing,
// and reads the leaves through the tiles as a client does.
func (l *log) checkTiles() (int, error) {
	for _, t := range needed(l.head.N) {
		if _, err := os.Stat(filepath.Join(l.dir, path(t))); err != nil {
			return 0, err
		}
	}
	count := 0
	err := filepath.WalkDir(filepath.Join(l.dir, "tile"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		count++
		return l.checkTile(file)
	})
	if err != nil || l.head.N == 0 {
		return count, err
	}
	client := tlog.TileHashReader(l.head, tileReader{l.dir})
	for start := 0; start < len(l.entries); start += 256 {
		var indexes []int64
		for i := start; i < len(l.entries) && i < start+256; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(i)))
		}
		found, err := client.ReadHashes(indexes)
		if err != nil {
			return count, err
		}
		for i, hash := range found {
			if hash != tlog.RecordHash(l.entries[start+i]) {
				return count, fmt.Errorf("entry %d is not in the tiles", start+i)
			}
		}
	}
	return count, nil
}

func (l *log) checkTile(file string) error {
	name, err := filepath.Rel(l.dir, file)
	if err != nil {
		return err
	}
	goName := strings.Replace("tile/8/"+strings.TrimPrefix(name, "tile/"), "/entries/", "/data/", 1)
	t, err := tlog.ParseTilePath(goName)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if t.L == -1 {
		entries, err := split(data, t.W)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for i, entry := range entries {
			place := t.N<<8 + int64(i)
			if place >= int64(len(l.entries)) || !bytes.Equal(entry, l.entries[place]) {
				return fmt.Errorf("%s: entry %d differs", name, place)
			}
		}
		return nil
	}
	expected, err := tlog.ReadTileData(t, l)
	if err == nil && !bytes.Equal(data, expected) {
		err = fmt.Errorf("not the hashes of the entries")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// A tileReader reads tiles as a client of the log does.
type tileReader struct{ dir string }

func (r tileReader) Height() int { return 8 }

func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var list [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(r.dir, path(t)))
		if err != nil {
			return nil, err
		}
		list = append(list, data)
	}
	return list, nil
}

func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

// checkProofs checks what is in proof/ and counts it by kind.
func (l *log) checkProofs() (map[string]int, error) {
	counts := map[string]int{}
	files, err := os.ReadDir(filepath.Join(l.dir, "proof"))
	if os.IsNotExist(err) {
		return counts, nil
	}
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(l.dir, "proof", file.Name()))
		if err != nil {
			return nil, err
		}
		kind := filepath.Ext(file.Name())
		name := strings.TrimSuffix(file.Name(), kind)
		switch kind {
		case ".checkpoint":
			err = l.checkEarlier(name, data)
		case ".tlog-proof":
			err = l.checkReceipt(name, data)
		case ".add-checkpoint":
			err = l.checkRequest(name, data)
		default:
			err = fmt.Errorf("unknown kind of file")
		}
		if err != nil {
			return nil, fmt.Errorf("proof/%s: %w", file.Name(), err)
		}
		counts[kind]++
	}
	return counts, nil
}

func (l *log) checkEarlier(name string, data []byte) error {
	head, err := l.checkpoint(data)
	if err != nil {
		return err
	}
	if strconv.FormatInt(head.N, 10) != name {
		return fmt.Errorf("is of size %d", head.N)
	}
	return l.checkRoot(head)
}

// block reads a file of header lines, hashes, an empty line and a signed checkpoint.
func (l *log) block(data []byte, headers ...string) ([]string, []tlog.Hash, tlog.Tree, error) {
	before, after, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(before, "\n")
	if !found || len(lines) < len(headers) {
		return nil, nil, tlog.Tree{}, fmt.Errorf("is cut off")
	}
	var values []string
	for i, header := range headers {
		if !strings.HasPrefix(lines[i], header) {
			return nil, nil, tlog.Tree{}, fmt.Errorf("unexpected line %q", lines[i])
		}
		values = append(values, strings.TrimPrefix(lines[i], header))
	}
	var hashes []tlog.Hash
	for _, line := range lines[len(headers):] {
		var hash tlog.Hash
		bytes, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || copy(hash[:], bytes) != len(hash) || len(bytes) != len(hash) {
			return nil, nil, tlog.Tree{}, fmt.Errorf("no hash: %q", line)
		}
		hashes = append(hashes, hash)
	}
	head, err := l.checkpoint([]byte(after))
	return values, hashes, head, err
}

func (l *log) checkReceipt(name string, data []byte) error {
	values, hashes, head, err := l.block(data, "c2sp.org/tlog-proof@v1", "index ")
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(values[1], 10, 64)
	if err != nil || values[1] != name || index < 0 || index >= int64(len(l.entries)) {
		return fmt.Errorf("is of index %q", values[1])
	}
	return tlog.CheckRecord(hashes, head.N, head.Hash, index, tlog.RecordHash(l.entries[index]))
}

func (l *log) checkRequest(name string, data []byte) error {
	values, hashes, head, err := l.block(data, "old ")
	if err != nil {
		return err
	}
	if fmt.Sprintf("%s-%d", values[0], head.N) != name {
		return fmt.Errorf("is of sizes %s and %d", values[0], head.N)
	}
	earlier, err := os.ReadFile(filepath.Join(l.dir, "proof", values[0]+".checkpoint"))
	if err != nil {
		return err
	}
	old, err := l.checkpoint(earlier)
	if err != nil {
		return err
	}
	return tlog.CheckTree(hashes, head.N, head.Hash, old.N, old.Hash)
}
