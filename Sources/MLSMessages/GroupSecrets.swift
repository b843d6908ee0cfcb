import PresentationLanguage

/// ```
/// struct {
///     opaque joiner_secret<V>;
///     optional<PathSecret> path_secret;      // PathSecret: opaque path_secret<V>
///     PreSharedKeyID psks<V>;
/// } GroupSecrets;
/// ```
/// RFC 9420 §12.4.3.1
package struct GroupSecrets: TLSCodable, Hashable, Sendable {
    package let joinerSecret: [UInt8]
    package let pathSecret: [UInt8]?
    package let psks: [PreSharedKeyID]

    package init(joinerSecret: [UInt8], pathSecret: [UInt8]?, psks: [PreSharedKeyID]) {
        self.joinerSecret = joinerSecret
        self.pathSecret = pathSecret
        self.psks = psks
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        joinerSecret = try reader.readOpaque()
        pathSecret = try reader.readOptionalOpaque()
        psks = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaque: joinerSecret)
        writer.write(optionalOpaque: pathSecret)
        writer.write(list: psks)
    }
}
