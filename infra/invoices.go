package infra

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"

	"rialto/functions/contract"
)

// copyDays is how long the PDF of an invoice is kept that somebody asked for: it is made anew when asked for again.
const copyDays = 1

// invoices has the bucket of invoices' copies, and the fonts that they are written with.
func invoices(c *contextStack) error {
	c.files(folder{"copies", copyDays})
	fonts, err := c.fonts()
	if err != nil {
		return err
	}
	c.provide(contract.Fonts, fonts)
	return c.functions()
}

// fonts has each font in the bucket of assets: together they are several times what a zip may have, and few documents need one.
func (c *contextStack) fonts() (granted, error) {
	all := granted{env: map[string]string{}}
	for _, script := range []string{"JP", "KR", "SC"} {
		file := filepath.Join(c.shared.fonts, script+".ttf")
		if _, err := os.Stat(file); err != nil {
			return granted{}, fmt.Errorf("the fonts are not installed: run make packages: %w", err)
		}
		font := awss3assets.NewAsset(c.stack, new("Font"+script), &awss3assets.AssetProps{Path: &file})
		all.env["FONTS_BUCKET"], all.env["FONT_"+script] = *font.S3BucketName(), *font.S3ObjectKey()
		all.allow = append(all.allow, permission{actions: []string{"s3:GetObject"},
			on: []string{"arn:aws:s3:::" + *font.S3BucketName() + "/" + *font.S3ObjectKey()}})
	}
	return all, nil
}
