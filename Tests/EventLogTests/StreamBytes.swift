import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage
import Synchronization

/// A stream taken apart as docs/streams.md draws it, without the code under test.
struct StreamBytes {
    struct Frame: Equatable {
        var type: UInt8
        var body: [UInt8]
    }

    var frames: [Frame]

    init(_ bytes: [UInt8]) {
        precondition(bytes.starts(with: Array("MHSTREAM".utf8) + [1]))
        frames = []
        var rest = bytes.dropFirst(9)
        while !rest.isEmpty {
            let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let body = Array(rest.dropFirst(5).prefix(length))
            frames.append(Frame(type: rest.first!, body: body))
            rest = rest.dropFirst(5 + length)
        }
        // The digest is made anew.
        frames[frames.count - 1].body.removeLast(32)
    }

    /// The stream, with the digest of what it now is.
    var bytes: [UInt8] {
        var bytes = Array("MHSTREAM".utf8) + [1]
        for frame in frames {
            let isEnd = frame.type == 6
            bytes.append(frame.type)
            bytes += UInt32(frame.body.count + (isEnd ? 32 : 0)).encoded + frame.body
            if isEnd { bytes += SHA256.hash(bytes).bytes }
        }
        return bytes
    }

    /// Where the records are among the frames.
    var records: [Int] { frames.indices.filter { frames[$0].type == 3 } }
}

/// Reads from bytes in memory.
func input(_ bytes: [UInt8]) -> StreamReader.Input {
    let place = Mutex(0)
    return { count in
        place.withLock { place in
            let part = bytes[place..<min(bytes.count, place + min(count, bytes.count))]
            place += part.count
            return Array(part)
        }
    }
}

extension EventLog {
    func stream(from gseq: UInt64 = 0, withRows: Bool = true) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try export(from: gseq, withRows: withRows) { bytes += $0 }
        return bytes
    }
}
