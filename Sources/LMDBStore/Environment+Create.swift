extension Environment {
    /// Creates a store at a path where nothing is, or an empty directory, with what `prepare`
    /// writes, and opens it.
    ///
    /// The store is made in a directory beside the path and moved there when its first commit is
    /// on the disk: at any moment the path holds nothing or a whole store. A crash can leave a
    /// directory `.NAME.new-XXXXXX`, which is never looked at again.
    ///
    /// The directory gets the mode 0700, the files 0600.
    package static func create(
        at path: String, options: EnvironmentOptions,
        _ prepare: (borrowing WriteTransaction) throws(StoreError) -> Void
    ) throws(StoreError) -> Environment {
        try checkFileSystem(FileSystem.split(path).parent, options)
        try FileSystem.makeDirectory(at: path, files: [dataFile, lockFile]) {
            (temporary) throws(StoreError) in
            try build(temporary, options, prepare)
        }
        return try open(at: path, options: options)
    }

    /// A whole store, on the disk, in an empty directory.
    private static func build(
        _ directory: String, _ options: EnvironmentOptions,
        _ prepare: (borrowing WriteTransaction) throws(StoreError) -> Void
    ) throws(StoreError) {
        var options = options
        options.access = .readWrite
        let environment = try openMap(directory, options)
        do {
            defer { environment.close() }
            let transaction = WriteTransaction(try environment.begin(.readWrite))
            try prepare(transaction)
            try transaction.commit()
        }
        try FileSystem.sync(directory + "/" + dataFile)
        try FileSystem.sync(directory)
    }
}
