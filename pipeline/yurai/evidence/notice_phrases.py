"""Hold the phrases that reserve rights, take some of a licence back, or ask for attribution, by language.

Regular expressions without case, a space standing for white space of any kind. Sources: notices of real pages; the
translations that the Buenos Aires Convention's formula has in each language.
"""
# ruff: noqa: RUF001 - letters of all scripts are meant

from typing import Final

RESERVED: Final = (
    r"(?<!not\s)all rights? (?:are )?reserved",
    r"alle rechte (?:sind )?vorbehalten",
    r"tous (?:les )?droits (?:sont )?réservés",
    r"todos los derechos reservados|reservados todos los derechos",
    r"todos os direitos reservados|tots els drets reservats",
    r"tutti i diritti (?:sono )?riservati",
    r"alle rechten voorbehouden",
    r"wszelkie prawa zastrzeżone",
    r"все права (?:защищены|сохранены)|(?:всі|усі) права (?:захищен[оі]|застережено)",
    r"všechna práva vyhrazena|všetky práva vyhradené|sva prava pridržana",
    r"alla rättigheter (?:förbehåll[^\s<]+|reserverade)",
    r"alle rett?ighet(?:er|ar) (?:forbeholdt|forbeholdes|reservert)",
    r"kaikki oikeudet pidätetään|minden jog fenntartva|toate drepturile (?:sunt )?rezervate",
    r"tüm hakları saklıdır|με επιφύλαξη (?:παντός|κάθε) (?:νόμιμου )?δικαι[^\s<]+",
    r"hak cipta dilindungi|bản quyền thuộc|mọi quyền được bảo lưu",
    r"جميع الحقوق محفوظة|כל הזכויות שמורות|สงวนลิขสิทธิ์",
    r"無断(?:での?)?(?:複製|複写|引用|使用|利用)?[・、,/／及びおよ]*(?:転載|複製|転用|使用|引用|掲載|コピー)",
    r"転載(?:を|は)?(?:固く)?(?:お断り|禁止|禁じ)|禁無断|不許複製|著作権所有",
    r"版权所有|版權所有|保留所有权利|保留一切权利",
    r"(?:未经|未經)[^。\n]{0,20}(?:许可|許可|授权|授權|允许|允許|同意)",
    r"(?:禁止|请勿|請勿|不得|谢绝|严禁)[^。\n]{0,8}(?:转载|轉載)",
    r"무단\s?(?:전재|복제|배포|도용|사용)|모든 권리 보유",
)
EXCEPTED: Final = (
    r"(?:otherwise|elsewhere) (?:noted|stated|indicated|specified|marked)",
    r"(?:soweit|sofern|wenn) nicht anders",
    r"sauf (?:mention|indication) contraire",
    r"salvo (?:donde se indique|que se indique|indicación en|diversa indicazione)",
    r"特に(?:断り|明記|記載)[^。\n]{0,8}(?:ない限り|除き)|除非(?:另有|特别)",
)
ATTRIBUTION: Final = (r"(?:转载|轉載|转发)(?:请|請|需|须|时)[^。\n]{0,8}(?:注明|保留|標明|标明)",)
