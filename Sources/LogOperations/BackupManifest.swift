import EventLog
import LMDBStore
import MLSCrypto
import PresentationLanguage

/// What a full backup holds: the file `manifest` beside its `data.mdb`. Seven lines, each ending with a
/// newline, in this order and no other form:
///
/// ```
/// mimi-hub-store-backup/1
/// origin ORIGIN
/// uuid 32 hex digits
/// size RECORDS
/// root 64 hex digits
/// time MILLISECONDS
/// data 64 hex digits
/// ```
///
/// `size` and `root` are of the Merkle tree, `time` is that of the last record, `data` is the SHA-256 of
/// `data.mdb`.
package struct BackupManifest: Hashable, Sendable {
    static let fileName = "manifest"
    private static let format = "mimi-hub-store-backup/1"
    private static let limit = 1 << 16

    let origin: String
    let uuid: [UInt8]
    let size: UInt64
    let root: Digest32
    let timeMs: UInt64
    let data: Digest32

    init(_ meta: Meta, _ head: Head, data: Digest32) {
        origin = meta.origin
        uuid = meta.uuid
        size = head.nextSequence
        root = head.frontier.root
        timeMs = head.timeMs
        self.data = data
    }

    /// Nil unless the text is exactly what ``text`` is of its values.
    init?(_ text: String) {
        let names = ["origin", "uuid", "size", "root", "time", "data"]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == names.count + 2 else { return nil }
        let values = zip(names, lines.dropFirst()).map { name, line in
            line.hasPrefix(name + " ") ? String(line.dropFirst(name.count + 1)) : ""
        }
        guard let uuid = bytes(hex: values[1]), uuid.count == 16, let size = UInt64(values[2]),
            let root = bytes(hex: values[3]).flatMap({ Digest32($0) }),
            let timeMs = UInt64(values[4]),
            let data = bytes(hex: values[5]).flatMap({ Digest32($0) })
        else { return nil }
        origin = values[0]
        self.uuid = uuid
        self.size = size
        self.root = root
        self.timeMs = timeMs
        self.data = data
        guard self.text == text else { return nil }
    }

    var text: String {
        """
        \(Self.format)
        origin \(origin)
        uuid \(hex(uuid))
        size \(size)
        root \(root)
        time \(timeMs)
        data \(data)

        """
    }

    /// Reads the manifest of the backup in a directory. Throws `.notFound`, `.notAStore`, and
    /// `.unknownFormat` for a backup of another version.
    init(ofBackupIn directory: String) throws(StoreError) {
        let path = directory + "/" + Self.fileName
        let bytes = try InputFile(path).read(Self.limit)
        let text = String(validating: bytes, as: UTF8.self)
        if let manifest = text.flatMap({ BackupManifest($0) }) {
            self = manifest
            return
        }
        let first = text?.split(separator: "\n").first ?? ""
        if first.hasPrefix("mimi-hub-store-backup/"), first != Self.format {
            let number = first.split(separator: "/").last.flatMap { UInt64($0) }
            throw StoreError(.unknownFormat(of: "backup", found: number ?? 0))
        }
        throw StoreError(.notAStore("\(path) is no manifest of a backup"))
    }
}

extension SHA256 {
    /// The digest of a file.
    static func hash(ofFile path: String) throws(StoreError) -> Digest32 {
        let file = try InputFile(path)
        let hash = SHA256Stream()
        while true {
            let part = try file.read(1 << 20)
            if part.isEmpty { return hash.digest() }
            hash.add(part)
        }
    }
}
