import LMDBStore
import PresentationLanguage

/// What a program did to the files below a directory, in the order of the ends of its calls, as
/// `Tools/preload/store-trace.c` writes it.
package struct Trace: Sendable {
    package enum Operation: Hashable, Sendable {
        case create(String)
        case makeDirectory(String)
        /// A synchronous write is on the disk when it returns; what else waits for a sync goes on waiting.
        case write(String, offset: Int, [UInt8], isSynchronous: Bool)
        case truncate(String, size: Int)
        /// Of a file, or of the names in a directory.
        case sync(String)
        case rename(String, to: String)
        case link(String, to: String)
        case remove(String)
        /// What the program said about itself.
        case mark(Mark)
    }

    /// What the program says that it has told somebody.
    package enum Mark: Hashable, Sendable {
        /// There is a store.
        case store
        /// The record of this sequence counts.
        case record(UInt64)
        /// The tree of this size is signed.
        case checkpoint(UInt64)

        init?(_ text: Substring) {
            let words = text.split(separator: " ")
            let number = words.last.flatMap { UInt64($0) }
            switch (words.first, number) {
            case ("store", nil): self = .store
            case ("record", let number?): self = .record(number)
            case ("checkpoint", let number?): self = .checkpoint(number)
            default: return nil
            }
        }

        /// A line.
        package var line: String {
            switch self {
            case .store: "store\n"
            case .record(let number): "record \(number)\n"
            case .checkpoint(let size): "checkpoint \(size)\n"
            }
        }

        static func all(in text: [UInt8]) throws -> [Mark] {
            try String(decoding: text, as: UTF8.self).split(separator: "\n").map { line in
                guard let mark = Mark(line) else { throw RigError("no mark: \(line)") }
                return mark
            }
        }
    }

    package private(set) var operations: [Operation] = []

    package init(at path: String) throws {
        let bytes = try InputFile(path).read(1 << 30)
        var reader = try Reader(bytes.span.bytes, limits: DecodingLimits(depth: 1, size: 1 << 30))
        while reader.remaining > 0 {
            let kind = try reader.readUInt8()
            let flags = try reader.readUInt8()
            let number = Int(truncatingIfNeeded: try reader.readUInt64())
            let path = String(
                decoding: try reader.readBytes(count: Int(reader.readUInt32())), as: UTF8.self)
            let data = try reader.readBytes(count: Int(reader.readUInt32()))
            if kind == 9 {
                operations += try Mark.all(in: data).map { .mark($0) }
                continue
            }
            operations.append(try Self.operation(kind, flags, number, path, data))
        }
    }

    private static func operation(
        _ kind: UInt8, _ flags: UInt8, _ number: Int, _ path: String, _ data: [UInt8]
    ) throws -> Operation {
        switch kind {
        case 1: .create(path)
        case 2: .makeDirectory(path)
        case 3: .write(path, offset: number, data, isSynchronous: flags & 1 == 1)
        case 4: .truncate(path, size: number)
        case 5: .sync(path)
        case 6: .rename(path, to: String(decoding: data, as: UTF8.self))
        case 7: .link(path, to: String(decoding: data, as: UTF8.self))
        case 8: .remove(path)
        default: throw RigError("the trace has an operation of kind \(kind)")
        }
    }

    /// The same with each mark before the write that made it true: that of a program which answers before
    /// it commits.
    package func acknowledgingEarly() -> Trace {
        var trace = self
        trace.operations = []
        for operation in operations {
            if case .mark(.record) = operation,
                let place = trace.operations.lastIndex(where: \.isSynchronousWrite)
            {
                trace.operations.insert(operation, at: place)
            } else {
                trace.operations.append(operation)
            }
        }
        return trace
    }
}

extension Trace.Operation {
    fileprivate var isSynchronousWrite: Bool {
        if case .write(_, _, _, isSynchronous: true) = self { true } else { false }
    }
}
