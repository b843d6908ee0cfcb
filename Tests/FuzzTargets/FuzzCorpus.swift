import PresentationLanguage

/// ```
/// opaque inputs<V><V>;
/// ```
/// Inputs of one target in one file, `Tests/Fixtures/fuzz/NAME.corpus`.
package struct FuzzCorpus: TLSCodable {
    package var inputs: [[UInt8]]

    package init(_ inputs: [[UInt8]]) {
        self.inputs = inputs
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        inputs = try reader.readOpaqueList()
    }

    package func write(to writer: inout Writer) {
        writer.write(opaqueList: inputs)
    }
}
