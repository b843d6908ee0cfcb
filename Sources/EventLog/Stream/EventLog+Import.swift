import LMDBStore

/// What came of a stream.
package struct Imported: Hashable, Sendable {
    package let origin: String
    package let uuid: [UInt8]
    package let head: Head
    /// How many records were added.
    package let count: UInt64
}

extension EventLog {
    /// Makes a store from a stream of a whole log. It is the same log: origin, uuid and records are the
    /// stream's, and every proof about the one holds for the other. Both must not go on.
    ///
    /// The path holds nothing, or an empty directory, until all was found to be in order. Throws
    /// `.damaged` of the table `stream`, with the global sequence, for a stream that does not prove what
    /// it says, and `.truncated`, `.notAStore` or `.unknownFormat` for what is no whole stream.
    /// `finishing` adds what follows from the records.
    package static func importing(
        _ input: @escaping StreamReader.Input, at path: String,
        configuration: Configuration = Configuration(),
        finishing: (EventLog) async throws(StoreError) -> Void = { (_) throws(StoreError) in }
    ) async throws(StoreError) -> Imported {
        let stream = try StreamReader.open(input)
        let header = stream.header
        let meta = Meta(origin: header.origin, uuid: header.uuid)
        let builder = try LogBuilder.begin(at: path, meta, configuration)
        do throws(StoreError) {
            try await builder.add(stream, rows: true)
            try await finishing(builder.log)
        } catch {
            await builder.abandon()
            throw error
        }
        try await builder.finish()
        return Imported(
            origin: header.origin, uuid: header.uuid, head: builder.head,
            count: builder.head.nextSequence)
    }

    /// Adds the records of a stream that begins exactly at the end of this log, and was written by the
    /// store of the same uuid. All of it is added or, where something is wrong, nothing: in one
    /// transaction, during which others wait.
    ///
    /// `open` opens the input at its start; it may be called more than once.
    package func add(
        _ open: @escaping @Sendable () throws(StoreError) -> StreamReader.Input
    ) async throws(StoreError) -> Imported {
        let (tables, meta) = (tables, meta)
        return try await environment.write { (transaction) throws(StoreError) in
            let stream = try StreamReader.open(try open())
            let header = stream.header
            let head = try tables.readCheckedHead(transaction)
            guard header.uuid == meta.uuid, header.origin == meta.origin else {
                throw StoreError(.damagedStream(head.nextSequence, "a stream of another store"))
            }
            guard header.before == head else {
                throw StoreError(
                    .damagedStream(
                        head.nextSequence,
                        "a stream from \(header.before.nextSequence), or of another log"))
            }
            var progress = LogImport(header, into: tables, takesRows: true)
            while let frame = try stream.next() { try progress.take(frame, transaction) }
            return Imported(
                origin: meta.origin, uuid: meta.uuid, head: progress.head,
                count: progress.head.nextSequence - head.nextSequence)
        }
    }
}
