/// What the sources don't say by a refusal of their own: how a rule holds and what shows it, or why it is
/// not for this project.
enum ConformanceNotes {
    struct Note {
        let demand: String
        let place: String
        let shown: [String]

        init(_ demand: String, _ place: String, _ shown: String...) {
            self.demand = demand
            self.place = place
            self.shown = shown
        }
    }

    private static let http = "out of scope: the embedder's HTTP server"

    static let notes: [String: Note] = identifiers.merging(others) { first, _ in first }
        .merging(order) { first, _ in first }.merging(endpoints) { first, _ in first }

    private static let identifiers: [String: Note] = [
        "A-2": Note(
            "A URI is one opaque field; in paths it is percent-encoded.",
            "`MIMIURI`; paths are the embedder's", "`URITests`"),
        "A-3": Note(
            "Source and target provider are those of the TLS connection.",
            "out of scope: the embedder authenticates; the hub takes the domain as a parameter",
            "`HubTests`"),
        "A-4": Note("", "`Hub`", "`HubTests`"),
        "A-5": Note(
            "Every leaf is of one user.", "`IdentityResolver`, `LeafCounts`", "`RoomTests`"),
        "A-6": Note(
            "Minimal-metadata rooms have pseudonymous credentials.",
            "not implemented: the credential type is unassigned; it is refused by D-19",
            "`URITests`"),
        "A-8": Note(
            "application_id is no identity.", "`URIIdentities` reads credentials only",
            "`URITests`"),
        "B-1": Note(
            "What a hub stores of a room.", "`RoomLog`, `SideRows`",
            "every scenario: closed and opened after each step"),
        "B-2": Note(
            "Accepted events count at once; MLS counts what is committed.",
            "`MIMIRoom.effective`, `EffectiveRoom`", "`RoomTests`"),
        "B-4": Note(
            "Active is who has a leaf.", "`LeafCounts`, `RoomSummary`",
            "every scenario: leaves are counted anew after each step"),
        "B-6": Note(
            "A removal or ban leaves no leaf.", "follows from E-9 and B-5",
            "every scenario: after each step"),
        "B-8": Note(
            "The dictionary of the GroupContext is what the policy says.", "`E07Confirmation`",
            "every scenario: after each step"),
        "B-16": Note(
            "What a hub keeps of the MLS group.", "`PublicGroup`, `GroupChange`",
            "every scenario: replay equals live after each step"),
        "C.1": Note("Code points.", "`Registries`", "`ExtensionStructTests`"),
        "C.2": Note("Components.", "`ComponentRegistry`, `Components/`", "`ComponentTests`"),
        "C.3": Note(
            "MLS-side containers; SemiPrivateMessage is not implemented.", "`MLSMessages`",
            "`ExtensionStructTests`"),
        "C.4": Note("Operational policy.", "`OperationalParameters`", "`ComponentTests`"),
        "C.5": Note(
            "Endpoint bodies; IdentifierRequest and AbuseReport are not the hub store's.",
            "`EndpointMessages` (the target)", "`EndpointMessagesTests`"),
    ]

    private static let others: [String: Note] = [
        "D-8": Note(
            "SemiPrivateMessage.",
            "not implemented: its wire format is unassigned; such messages are refused by D-1",
            "`MutationTests`"),
        "D-27": Note("", "the checks of D-10 to D-26 in `ProposalRules`", "`ProposalCases`"),
        "D-47": Note("", "`EpochDraft`", "`TreeVectorTests`, `TreeChangeTests`"),
        "D-55": Note("", "`TreeDraft`", "`TreeVectorTests`"),
        "D-N": Note(
            "What a non-member can't check.", "nowhere: see rules.md; members check it",
            "`MemberOnlyTests`"),
        "F-0": Note(
            "Who acts, and in which role.", "`MIMIRoom+Decide`, `PolicyJudge.role`",
            "`PolicyTests`"),
        "F-1": Note(
            "", "`RoomPolicy.preauthorizedRole`; F-15 and F-22 refuse by it", "`PolicyTests`"),
        "F-2": Note(
            "What a role may change.", "`Role.mayChange`; the rows of F refuse by it",
            "`PolicyTests`"),
        "F-23": Note("", "`MIMIRoom+Messages`", "`LibraryTests`"),
    ]

    private static let order: [String: Note] = [
        "E-1": Note(
            "What is accepted counts at once.", "`MIMIRoom.apply`: policy is judged on S",
            "`RoomTests`"),
        "E-2": Note(
            "A refusal changes nothing.", "`decide` is pure", "`LibraryTests`"),
        "E-3": Note(
            "One order for each room.", "`RoomLane`, positions of queues",
            "`HubDutyTests`"),
        "E-4": Note(
            "One commit for an epoch.", "D-3 after the first", "`HubTests.aRaceOfAHundred`"),
        "E-6": Note(
            "A commit names only what waits.", "D-40", "`LibraryTests`"),
        "E-13": Note(
            "Newer proposals make older ones pointless.", "`E13Superseded`", "`InterplayTests`"),
        "E-14": Note(
            "Proposals end with their epoch.", "`PublicGroup.apply`", "`RoomTests`"),
        "E-17": Note(
            "External senders change with the epoch.", "D-5 and D-6 on the current list",
            "`LibraryTests`"),
        "E-18": Note(
            "The hub's proposals are signed, recorded and sent out.",
            "`B09ExternalSenders`, `MIMIRoom+Hub`, `Fanout`", "`RoomTests`"),
        "E-19": Note(
            "Child rooms follow their parent.", "`RoomLane+Hub`", "`RoomRelationTests`"),
        "E-20": Note(
            "Messages pass while proposals wait.", "`MIMIRoom+Messages` does not ask",
            "`LibraryTests`"),
        "E-22": Note(
            "Places in list updates are those of the committed list.",
            "`ParticipantList.applying`, `Trial.checkPayloads`", "`InterplayTests`"),
    ]

    private static let endpoints: [String: Note] = [
        "G-1": Note("The directory.", http, "not tested here"),
        "G-2": Note("", "`KeyMaterial`", "`LibraryTests`"),
        "G-5": Note(
            "Outgoing notifications.", "`Fanout`, `HubDelivery`; sending them is the embedder's",
            "`HubDutyTests.queues`"),
        "G-7": Note(
            "Consent goes between providers.", "`Hub.consent`", "`HubDutyTests.consents`"),
        "G-8": Note("Identifier queries.", http, "not tested here"),
        "G-9": Note(
            "Abuse reports.",
            "not implemented: the franks and the retired secrets for it are kept",
            "not tested here"),
        "G-10": Note("Proxy downloads.", http, "not tested here"),
        "G-11": Note("To whom what is sent.", "`Fanout`", "`HubDutyTests`"),
        "G-12": Note(
            "Times of a room do not decrease.", "`RoomLane.nextTime`", "`HubTests`"),
        "G-13": Note(
            "Franking.", "`RoomLane+Messages`", "every scenario that asks for it verifies it"),
        "G-14": Note("", "`Fanout`", "`HubDutyTests.aKeyPackageOfAnother`"),
        "G-15": Note("", "`Consent`", "`HubDutyTests.consents`"),
        "G-16": Note(
            "A retry gets its first answer.", "`EventLog.answer`, `RoomLane`", "`HubTests`"),
    ]
}
