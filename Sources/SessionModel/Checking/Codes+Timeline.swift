public import Diagnostics

/// Codes of places, clips and automation (`A`).
extension DiagnosticCode {
  public static let needsTempo = DiagnosticCode(
    "A0701", title: "a musical time without a tempo",
    explanation: """
      Bars, beats and note lengths (`17|1`, `1/8d`) need to know the tempo: `tempo: 112`.
      """)
  public static let badPosition = DiagnosticCode(
    "A0702", title: "a place that does not exist",
    explanation: """
      A beat past its bar, an unknown marker, markers that refer to each other in a circle, or a place before the
      start of the song.
      """)
  public static let notAutomatable = DiagnosticCode(
    "A0703", title: "a parameter that does not move",
    explanation: """
      A lane moves numbers and `mute`. What is a choice, a name or a number that the catalog fixes (`mixdown
      processors NAME` says why) stays as it is. A parameter that has no value in the file and no default needs one
      to start from.
      """)
  public static let unknownParameterPath = DiagnosticCode(
    "A0704", title: "a lane that leads nowhere",
    explanation: """
      A lane is called by the path of its parameter from its track, bus, VCA, `main` or `master` on:
      `level`, `sends.hall.level`, `inserts.eq.bands.presence.gain`.
      """)
  public static let pointOrder = DiagnosticCode(
    "A0705", title: "points out of order",
    explanation: """
      The points of a lane stand in the order of time, and no two are at one place. With markers and offsets the
      order is that of the places that they lead to.
      """)
  public static let overlappingMoves = DiagnosticCode(
    "A0706", title: "moves that overlap",
    explanation: """
      `over` says how long before its place a move begins. It cannot begin before the point above it, nor before
      the song. A `curve` without `over` moves all the way from the point before.
      """)
  public static let mixedPoints = DiagnosticCode(
    "A0707", title: "a point of the wrong kind",
    explanation: """
      The points of one lane all give a `value` or all an `offset`. An offset is in dB on the static value, so it is
      for levels and gains only.
      """)
  public static let stillLane = DiagnosticCode(
    "A0708", title: "a lane that never moves",
    explanation: """
      All points of the lane have the parameter's static value, or there are none, so the lane does nothing. Silence
      it with `allow: [A0708]`.
      """)
  public static let clipPastEnd = DiagnosticCode(
    "A0709", title: "a clip past the end",
    explanation: """
      The clip begins at or after the session's `length`, so nothing of it is heard. Move it, take it out, or make
      the song longer. Silence it with `allow: [A0709]`.
      """)
  public static let emptyClip = DiagnosticCode(
    "A0711", title: "a clip without a sample",
    explanation: """
      What `from`, `to` and `length` leave of the stem is nothing: `from` is at or after `to`, or past the stem's
      end.
      """)
  public static let badTempoMap = DiagnosticCode(
    "A0712", title: "a tempo or meter map that is no map",
    explanation: """
      A list of tempos or meters is in order and begins at `1|1`; its places are bars and beats, and a meter changes
      at a bar line.

          tempo: [{at: 1|1, bpm: 112}, {at: 33|1, bpm: 116}]
          meter: [{at: 1|1, meter: 4/4}, {at: 17|1, meter: 3/4}]
      """)

  static let timeline: [DiagnosticCode] = [
    .needsTempo, .badPosition, .notAutomatable, .unknownParameterPath, .pointOrder, .overlappingMoves, .mixedPoints,
    .stillLane, .clipPastEnd, .emptyClip, .badTempoMap,
  ]
}
