#include <lmdb.h>
// statfs(2), which the Glibc module leaves out: LMDB must know on what it stands.
#include <sys/vfs.h>
