extension Environment {
    /// Writes a copy of the store, as it was at its last commit, to a path where nothing is, or an
    /// empty directory. This is the only way to copy a store that is open: of a file that changes, `cp`
    /// makes no store.
    ///
    /// A compacting copy leaves out free pages, and with them whatever was in rows that were deleted.
    /// It is refused where the pages of the store contradict each other.
    ///
    /// Writers go on meanwhile. The copy is one long read transaction, so that until it ends no page
    /// which they free is used again: the file of the store grows by what they write, about the
    /// commits per second × pages per commit × seconds, and does not shrink afterwards.
    ///
    /// The copy appears at the path when all of it is on the disk. The directory gets the mode 0700,
    /// the file 0600. Blocks the calling thread.
    package func copy(to path: String, compacting: Bool) throws(StoreError) {
        try FileSystem.makeDirectory(at: path, files: [Self.dataFile]) {
            (temporary) throws(StoreError) in
            try copy(into: temporary, compacting: compacting)
            try FileSystem.sync(temporary)
        }
    }

    /// Writes such a copy into a directory which exists and has no store; the file is on the disk when
    /// this returns.
    package func copy(into directory: String, compacting: Bool) throws(StoreError) {
        try core.copy(to: directory, compacting: compacting)
        try FileSystem.restrict(directory + "/" + Self.dataFile)
        try FileSystem.sync(directory + "/" + Self.dataFile)
    }
}
