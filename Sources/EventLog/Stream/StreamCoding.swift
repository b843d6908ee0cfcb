import LMDBStore
import MLSCrypto
import PresentationLanguage

/// What a stream begins with.
enum StreamPrefix {
    static let magic = Array("MHSTREAM".utf8)
    static let format: UInt8 = 1
    /// Type and length of a frame.
    static let frameHeaderByteCount = 5
}

/// Writes a stream: frames, and at the end the digest of all that was written before.
final class StreamWriter {
    private let sink: (_ bytes: [UInt8]) throws(StoreError) -> Void
    private let hash = SHA256Stream()
    private var waiting = Writer()

    /// Bytes that are kept before they are written.
    static let buffer = 1 << 20

    init(to sink: @escaping (_ bytes: [UInt8]) throws(StoreError) -> Void) {
        self.sink = sink
        waiting.write(bytes: StreamPrefix.magic)
        waiting.write(StreamPrefix.format)
    }

    /// Keeps the frame for the next ``flush()``.
    func add(_ frame: StreamFrame) {
        let body = frame.body
        var isEnd = false
        if case .end = frame { isEnd = true }
        waiting.write(frame.kind.rawValue)
        waiting.write(UInt32(body.count + (isEnd ? Digest32.byteCount : 0)))
        waiting.write(bytes: body)
        guard isEnd else { return }
        hash.add(waiting.bytes)
        let digest = hash.digest()
        digest.write(to: &waiting)
    }

    var waitingByteCount: Int { waiting.bytes.count }

    func flush() throws(StoreError) {
        let bytes = waiting.bytes
        waiting = Writer()
        hash.add(bytes)
        try sink(bytes)
    }
}

/// Reads a stream frame by frame. Nothing is believed before it was read: a frame that claims more
/// than there is takes no memory for it.
package final class StreamReader {
    /// The next bytes, fewer than asked for at the end only.
    package typealias Input = (_ count: Int) throws(StoreError) -> [UInt8]

    package let header: StreamHeader
    private let input: Input
    private let hash: SHA256Stream
    /// Bytes read so far.
    private var offset: UInt64
    /// The sequence of the next record, for errors.
    private var sequence: UInt64
    private var isAtEnd = false

    private init(
        _ header: StreamHeader, _ input: @escaping Input, _ hash: SHA256Stream, _ offset: UInt64
    ) {
        self.header = header
        self.input = input
        self.hash = hash
        self.offset = offset
        sequence = header.before.nextSequence
    }

    /// Reads the header. Throws `.notAStore` for what is no stream, `.unknownFormat` for a stream of
    /// another version.
    package static func open(_ input: @escaping Input) throws(StoreError) -> StreamReader {
        let count = StreamPrefix.magic.count + 1
        let prefix = try input(count)
        guard prefix.starts(with: StreamPrefix.magic),
            let format = prefix.dropFirst(count - 1).first
        else { throw StoreError(.notAStore("it does not begin as a stream does")) }
        guard format == StreamPrefix.format else {
            throw StoreError(.unknownFormat(of: "stream", found: UInt64(format)))
        }
        let hash = SHA256Stream()
        hash.add(prefix)
        var offset = UInt64(count)
        let first = try readFrame(input, hash, &offset, sequence: 0)
        guard case .header(let header) = first else {
            throw StoreError(.damagedStream(0, "it does not begin with a header"))
        }
        return StreamReader(header, input, hash, offset)
    }

    /// The frames after the header; nil after the end, which is checked to be the end of the input.
    package func next() throws(StoreError) -> StreamFrame? {
        guard !isAtEnd else { return nil }
        let frame = try Self.readFrame(input, hash, &offset, sequence: sequence)
        switch frame {
        case .record: sequence += 1
        case .end:
            isAtEnd = true
            guard try input(1).isEmpty else {
                throw StoreError(.damagedStream(sequence, "something follows its end"))
            }
        default: break
        }
        return frame
    }

    private static func readFrame(
        _ input: Input, _ hash: SHA256Stream, _ offset: inout UInt64, sequence: UInt64
    ) throws(StoreError) -> StreamFrame {
        let start = try read(StreamPrefix.frameHeaderByteCount, input, &offset)
        guard let kind = StreamFrame.Kind(rawValue: start[0]) else {
            throw StoreError(.damagedStream(sequence, "a frame of the unknown type \(start[0])"))
        }
        let length = start[1...].reduce(0) { $0 << 8 | Int($1) }
        guard length <= StreamFrame.limit, kind != .end || length >= Digest32.byteCount else {
            throw StoreError(.damagedStream(sequence, "a frame of \(length) bytes"))
        }
        var body = try read(length, input, &offset)
        hash.add(start)
        if kind == .end {
            let digest = body.suffix(Digest32.byteCount)
            body.removeLast(Digest32.byteCount)
            hash.add(body)
            guard hash.digest().bytes == Array(digest) else {
                throw StoreError(.damagedStream(sequence, "its digest is that of another stream"))
            }
        } else {
            hash.add(body)
        }
        do {
            return try StreamFrame(kind, body: body)
        } catch {
            throw StoreError(.damagedStream(sequence, "\(kind): \(error)"))
        }
    }

    private static func read(
        _ count: Int, _ input: Input, _ offset: inout UInt64
    ) throws(StoreError) -> [UInt8] {
        let bytes = try input(count)
        offset += UInt64(bytes.count)
        guard bytes.count == count else {
            throw StoreError(
                .truncated(size: offset, needed: offset + UInt64(count - bytes.count)))
        }
        return bytes
    }
}

extension StoreError.Reason {
    /// A stream that says something else than it should, at a global sequence.
    static func damagedStream(_ gseq: UInt64, _ what: String) -> Self {
        .damaged(table: "stream", number: gseq, what: what)
    }
}
