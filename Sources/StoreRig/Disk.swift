/// A directory as a machine has it: what is on the disk, and what waits for a sync.
///
/// The model is stricter than file systems are: a file's bytes are on the disk when that file was synced, a
/// name when the directory that holds it was. Before that any of a file's writes may be there or not, sector
/// by sector; names come in their order.
package struct Disk {
    package typealias Node = Int

    /// A name that appears, or goes.
    private struct NameChange {
        let directory: Node
        let name: String
        let node: Node?
    }

    package struct Write {
        let file: Node
        let offset: Int
        let bytes: [UInt8]
        /// Of a truncation, which is not torn.
        let size: Int?

        package init(file: Node, offset: Int, bytes: [UInt8], size: Int?) {
            self.file = file
            self.offset = offset
            self.bytes = bytes
            self.size = size
        }

        static let sector = 512

        /// The first sector in the file, and how many it touches.
        var firstSector: Int { offset / Self.sector }
        package var sectors: Int {
            guard !bytes.isEmpty else { return 1 }
            return (offset + bytes.count - 1) / Self.sector - firstSector + 1
        }
        var end: Int { size ?? offset + bytes.count }

        /// The bytes of one of its sectors, and where they go in the file.
        func part(_ sector: Int) -> Range<Int> {
            let start = (firstSector + sector) * Self.sector
            return max(start, offset)..<min(start + Self.sector, end)
        }
    }

    private static let root: Node = 0
    private var nextNode = 1
    /// Bytes on the disk.
    private var contents: [Node: [UInt8]] = [:]
    /// Names on the disk, by directory.
    private var names: [Node: [String: Node]] = [root: [:]]
    /// Names as programs see them.
    private var seen: [Node: [String: Node]] = [root: [:]]
    /// In their order.
    package private(set) var writes: [Write] = []
    private var nameChanges: [[NameChange]] = []

    package init() {}

    package var namesWaiting: Int { nameChanges.count }

    // MARK: Operations

    /// A synchronous write waits, too, until it is settled.
    package mutating func apply(_ operation: Trace.Operation) throws {
        switch operation {
        case .create(let path): try create(path, isDirectory: false)
        case .makeDirectory(let path): try create(path, isDirectory: true)
        case .write(let path, let offset, let bytes, _):
            writes.append(Write(file: try node(path), offset: offset, bytes: bytes, size: nil))
        case .truncate(let path, let size):
            writes.append(Write(file: try node(path), offset: size, bytes: [], size: size))
        case .sync(let path): try sync(path)
        case .rename(let old, let new):
            let moved = try node(old)
            try change([(old, nil), (new, moved)])
        case .link(let old, let new): try change([(new, try node(old))])
        case .remove(let path): try change([(path, nil)])
        case .mark: break
        }
    }

    /// The last write is on the disk.
    mutating func settleLastWrite() {
        let write = writes.removeLast()
        contents[write.file, default: []].apply(write)
    }

    private mutating func create(_ path: String, isDirectory: Bool) throws {
        let node = nextNode
        nextNode += 1
        if isDirectory { (names[node], seen[node]) = ([:], [:]) } else { contents[node] = [] }
        try change([(path, node)])
    }

    private mutating func change(_ changes: [(path: String, node: Node?)]) throws {
        let changes = try changes.map { path, node in
            let parts = path.split(separator: "/")
            guard let name = parts.last else { throw RigError("the root can't change") }
            let parent = try self.node(parts.dropLast().joined(separator: "/"))
            return NameChange(directory: parent, name: String(name), node: node)
        }
        for change in changes { seen[change.directory]?[change.name] = change.node }
        nameChanges.append(changes)
    }

    private mutating func sync(_ path: String) throws {
        let node = try node(path)
        if seen[node] == nil {
            for write in writes where write.file == node {
                contents[node, default: []].apply(write)
            }
            writes.removeAll { $0.file == node }
        } else {
            for changes in nameChanges where changes.contains(where: { $0.directory == node }) {
                for change in changes { names[change.directory]?[change.name] = change.node }
            }
            nameChanges.removeAll { $0.contains { $0.directory == node } }
        }
    }

    private func node(_ path: String) throws -> Node {
        var node = Self.root
        for name in path.split(separator: "/") {
            guard let next = seen[node]?[String(name)] else {
                throw RigError("the trace names \(path), which is not there")
            }
            node = next
        }
        return node
    }

    // MARK: After a crash

    /// What a machine may find when it starts again.
    package func image(_ plan: ImagePlan) -> DiskImage {
        var names = names
        for changes in nameChanges.prefix(plan.names) {
            for change in changes { names[change.directory]?[change.name] = change.node }
        }
        var image = DiskImage()
        add(Self.root, at: "", names, plan, to: &image)
        return image
    }

    private func add(
        _ directory: Node, at path: String, _ names: [Node: [String: Node]], _ plan: ImagePlan,
        to image: inout DiskImage
    ) {
        for (name, node) in (names[directory] ?? [:]).sorted(by: { $0.key < $1.key }) {
            let path = path.isEmpty ? name : "\(path)/\(name)"
            if names[node] != nil {
                image.directories.append(path)
                add(node, at: path, names, plan, to: &image)
            } else {
                image.files.append((path, bytes(of: node, plan)))
            }
        }
    }

    private func bytes(of file: Node, _ plan: ImagePlan) -> [UInt8] {
        var bytes = contents[file] ?? []
        let durable = bytes.count
        var largest = durable
        for (place, write) in writes.enumerated() where write.file == file {
            largest = max(largest, write.end)
            bytes.apply(write, only: plan.parts[place])
        }
        switch plan.growth {
        case .asWritten: break
        case .withoutData:
            if bytes.count < largest {
                bytes += [UInt8](repeating: 0, count: largest - bytes.count)
            }
        case .lost: bytes.removeSubrange(min(durable, bytes.count)...)
        }
        return bytes
    }
}

extension [UInt8] {
    /// Writes into a file's bytes, which grow as the file does.
    fileprivate mutating func apply(_ write: Disk.Write, only part: ImagePlan.Part = .all) {
        if let size = write.size {
            guard part == .all else { return }
            grow(to: size)
            removeSubrange(size...)
            return
        }
        for sector in 0..<write.sectors where part.contains(sector, of: write.sectors) {
            let range = write.part(sector)
            grow(to: range.upperBound)
            replaceSubrange(
                range,
                with: write.bytes[range.lowerBound - write.offset..<range.upperBound - write.offset]
            )
        }
    }

    private mutating func grow(to size: Int) {
        if count < size { self += [UInt8](repeating: 0, count: size - count) }
    }
}
