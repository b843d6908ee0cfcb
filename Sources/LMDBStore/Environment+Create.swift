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
        let (parent, name) = split(path)
        try checkFileSystem(parent, options)
        let temporary = try FileSystem.makeTemporaryDirectory(prefix: "\(parent)/.\(name).new-")
        do {
            try build(temporary, options, prepare)
            try FileSystem.rename(temporary, to: path)
        } catch {
            FileSystem.remove(directory: temporary, files: [dataFile, lockFile])
            throw error
        }
        try FileSystem.sync(parent)
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

    /// The directory that holds the path, and the last part of the path.
    private static func split(_ path: String) -> (parent: String, name: String) {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return (".", String(path)) }
        let parent = path[..<slash]
        return (parent.isEmpty ? "/" : String(parent), String(path[path.index(after: slash)...]))
    }
}
