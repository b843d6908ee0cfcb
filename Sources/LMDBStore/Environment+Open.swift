extension Environment {
    package static let dataFile = "data.mdb"
    package static let lockFile = "lock.mdb"

    /// Opens the store in the directory.
    ///
    /// Refuses, before liblmdb sees the file: a missing store, a network file system, a store this
    /// process has open already (by whatever path), a file that is no LMDB file, is of another
    /// version, or is shorter than its content.
    package static func open(
        at path: String, options: EnvironmentOptions
    ) throws(StoreError) -> Environment {
        let dataPath = path + "/" + dataFile
        let file = try FileSystem.status(dataPath).identity
        try checkFileSystem(path, options)
        try EnvironmentRegistry.add(file)
        let environment: LMDBEnvironment
        do {
            try DataFile.check(dataPath)
            environment = try openMap(path, options)
        } catch {
            EnvironmentRegistry.remove(file) {}
            throw error
        }
        // The core closes the environment and removes the registration, whatever fails below.
        let core = EnvironmentCore(environment, path: path, file: file)
        try environment.clearDeadReaders()
        return try Environment(core, access: options.access)
    }

    static func checkFileSystem(
        _ path: String, _ options: EnvironmentOptions
    ) throws(StoreError) {
        let type = try FileSystem.type(path)
        guard options.allowsNetworkFileSystem || !FileSystem.isRemote(type: type) else {
            throw StoreError(.networkFileSystem(type: type))
        }
    }

    /// Opens with the largest map the system allows. Where address space is limited, half of what
    /// would just fit is left to the rest of the process.
    static func openMap(
        _ path: String, _ options: EnvironmentOptions
    ) throws(StoreError) -> LMDBEnvironment {
        let smallest = EnvironmentOptions.smallestMapSize
        let requested = min(options.mapSize, max(EnvironmentRegistry.share, smallest))
        var options = options
        options.mapSize = requested
        while true {
            do {
                let environment = try LMDBEnvironment.open(directory: path, options: options)
                guard options.mapSize < requested, options.mapSize / 2 >= smallest else {
                    return environment
                }
                environment.close()
                options.mapSize /= 2
                return try LMDBEnvironment.open(directory: path, options: options)
            } catch {
                let half = options.mapSize / 2
                guard error.reason == .outOfMemory, half >= smallest
                else { throw error }
                options.mapSize = half
            }
        }
    }
}
