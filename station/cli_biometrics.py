"""Judging and comparing picture files without a station: fingers and portraits. Nothing is written or kept."""

from pathlib import Path
from typing import Annotated

import typer

from station.biometrics.commands import (
    MatchReport,
    QualityReport,
    UnreadableImage,
    finger_match,
    finger_quality,
    read_picture,
)
from station.biometrics.model import Background, Verdict
from station.biometrics.quality.portrait import PortraitJudge
from station.cli_output import Output
from station.text import Message, msg

Images = Annotated[list[Path], typer.Argument(help="Picture files.")]
Dpi = Annotated[
    int | None, typer.Option("--dpi", min=200, max=1200, help="Resolution, where the files do not say it (else 500).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Report as JSON on standard output.")]

finger_commands = typer.Typer(help="Pictures of fingers.", no_args_is_help=True)
portrait_commands = typer.Typer(help="Pictures of faces.", no_args_is_help=True)


@finger_commands.command("quality")
def quality(images: Images, dpi: Dpi = None, as_json: AsJson = False) -> None:
    """Score impressions 0..100 (an approximation of NFIQ 2.3); code 1 when a file has no score."""
    output = Output(as_json)
    told = []
    for path in images:
        (report,) = finger_quality([path], ppi=dpi)
        told.append(_unreadable(report, output) if isinstance(report, UnreadableImage) else _quality(report, output))
    _end(output, told, "score")


def _quality(report: QualityReport, output: Output) -> dict[str, object]:
    score = "-" if report.score is None else str(report.score)
    size = f"{report.width_px} x {report.height_px}, {report.resolution_ppi} dpi"
    output.line(f"{report.image}: {score} ({size}): {_in_words(report.verdict, output)}")
    return {
        "image": report.image,
        "score": report.score,
        "refusal": report.refusal.name.lower() if report.refusal else None,
        "algorithm": report.algorithm,
        "width_px": report.width_px,
        "height_px": report.height_px,
        "resolution_ppi": report.resolution_ppi,
        "scored_at_ppi": report.scored_at_ppi,
        **_verdict(report.verdict, output),
        "features": report.features,
    }


@finger_commands.command("match")
def match(images: Images, dpi: Dpi = None, as_json: AsJson = False) -> None:
    """Compare each picture with each other one; code 1 when a file cannot be read."""
    output = Output(as_json)
    if len(images) < 2:
        raise output.refuse(msg("Name two pictures or more to compare."))
    reports = finger_match(images, ppi=dpi)
    unreadable = [_unreadable(one, output) for one in reports if isinstance(one, UnreadableImage)]
    pairs = [_pair(one, output) for one in reports if isinstance(one, MatchReport)]
    if unreadable:
        raise output.refuse(_could_not(len(unreadable)), {"pairs": pairs, "images": unreadable})
    output.result({"ok": True, "pairs": pairs, "images": []})


def _pair(report: MatchReport, output: Output) -> dict[str, object]:
    verdict = output.say(msg("the same finger") if report.same else msg("different fingers"))
    output.line(f"{report.first} {report.second}: {report.score:.1f} / {report.threshold:.0f}: {verdict}")
    return {
        "first": report.first,
        "second": report.second,
        "minutiae": list(report.minutiae),
        "score": report.score,
        "threshold": report.threshold,
        "same": report.same,
    }


@portrait_commands.command("check")
def check(
    images: Images,
    background: Annotated[Background, typer.Option("--background", help="Colour of the cloth.")] = Background.RED,
    as_json: AsJson = False,
) -> None:
    """Judge portraits for the card; code 1 when a file is not good enough or cannot be read."""
    output = Output(as_json)
    judge = PortraitJudge()
    told = []
    for path in images:
        picture = read_picture(path, colour=True)
        if isinstance(picture, UnreadableImage):
            told.append(_unreadable(picture, output))
            continue
        judged = judge.judge(picture[0], background)
        output.line(f"{path}: {judged.verdict.score}: {_in_words(judged.verdict, output)}")
        told.append(
            {
                "image": str(path),
                "score": judged.verdict.score,
                "background": background.value,
                **_verdict(judged.verdict, output),
                "face": judged.face,
                "landmarks": judged.landmarks,
            }
        )
    _end(output, told, "accepted")


def _verdict(verdict: Verdict, output: Output) -> dict[str, object]:
    return {
        "accepted": verdict.accepted,
        "reason": output.say(verdict.reason),
        "cure": output.say(verdict.cure) if verdict.cure else None,
        "measures": {measure.name: round(float(measure.value), 4) for measure in verdict.measures},
    }


def _in_words(verdict: Verdict, output: Output) -> str:
    return " ".join(output.say(part) for part in (verdict.reason, verdict.cure) if part is not None)


def _unreadable(image: UnreadableImage, output: Output) -> dict[str, object]:
    sentence = output.say(image.reason)
    output.line(f"{image.image}: {sentence}", "red")
    return {"image": image.image, "problem": sentence}


def _end(output: Output, told: list[dict[str, object]], wanted: str) -> None:
    """The command's result; refused when a picture lacks what was `wanted` of it."""
    failed = sum(1 for one in told if one.get(wanted) in (None, False))
    if failed:
        raise output.refuse(_could_not(failed), {"images": told})
    output.result({"ok": True, "images": told})


def _could_not(count: int) -> Message:
    return msg("Pictures that cannot be used: {count}. Each is named above with its reason.", count=count)
